/// A named part of the store with keys of its own.
package enum StoreTable: Int, Sendable, CaseIterable {
    /// Format version, counters, the classes' numbers.
    case meta
    /// Class number and object id to the object's record.
    case directory
    /// Everything objects keep.
    case rows
    /// Due time and object to the alarm, in order of time.
    case alarms

    package var name: String {
        switch self {
        case .meta: "meta"
        case .directory: "directory"
        case .rows: "rows"
        case .alarms: "alarms"
        }
    }
}

/// One state of the store, for as long as the closure runs that it was handed to.
package protocol OrderedSnapshot {
    func get(_ table: StoreTable, _ key: [UInt8]) throws -> [UInt8]?

    /// Visits the rows with `lower <= key < upper` in byte order, or from the end; stops when `visit` returns false.
    func scan(
        _ table: StoreTable,
        from lower: [UInt8],
        to upper: [UInt8]?,
        reverse: Bool,
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws

    /// Visits the rows with keys in a range, in byte order, with the lengths of their values, which are not read.
    func measure(
        _ table: StoreTable,
        _ range: KeyRange,
        _ visit: (_ key: [UInt8], _ valueBytes: Int) throws -> Void
    ) throws
}

/// A snapshot that also takes writes; they become visible together or not at all.
package protocol OrderedTransaction: OrderedSnapshot {
    func put(_ table: StoreTable, _ key: [UInt8], _ value: [UInt8]) throws
    func delete(_ table: StoreTable, _ key: [UInt8]) throws

    /// Deletes the rows with keys in a range, without reading their values.
    func delete(_ table: StoreTable, _ range: KeyRange) throws
}

/// An ordered map of bytes on a disk: LMDB in production, memory with faults under test.
///
/// Keys are at most 511 bytes. Reads may come from any thread; writes come one at a time.
package protocol OrderedStore: Sendable {
    /// Reads the newest committed state.
    func read<Result>(_ body: (any OrderedSnapshot) throws -> Result) throws -> Result

    /// Writes atomically; on return everything is durable, and on a throw nothing is.
    func write(_ body: (any OrderedTransaction) throws -> Void) throws

    /// Closes the store; nothing may be called afterwards.
    func close()
}
