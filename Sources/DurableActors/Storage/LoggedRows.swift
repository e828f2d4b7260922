/// What an object has made durable in the log that its store may not contain yet: a value over what the store says.
///
/// Each change has the number of the batch that made it, and is forgotten when the store contains that batch. When it
/// holds: a row found here is the newest durable one. What breaks if a change is forgotten before the store has it: the
/// object reads an older row, though its newer one was acknowledged.
package struct LoggedRows: Sendable {
    fileprivate struct Change: Sendable {
        let value: [UInt8]?
        let sequence: UInt64
    }

    /// What became of the object's place in the directory.
    package enum Place: Sendable, Equatable {
        case made(ObjectRecord)
        case removed
    }

    private var rows: [RowKind: SortedRows<Change>] = [:]
    /// The batch that removed all contents from before; zero when none did.
    private var cleared: UInt64 = 0
    private var directory: (place: Place, sequence: UInt64)?
    private var newest: UInt64 = 0
    private var forgotten: UInt64 = 0

    package init() {}

    /// What is logged of the object's place in the directory; nil when the store knows.
    package var place: Place? { directory?.place }

    /// Whether no row of the store counts that is of the object's contents.
    package var hidesContents: Bool { cleared > 0 }

    package var isEmpty: Bool { newest == 0 }

    package mutating func add(_ content: BatchContent, sequence: UInt64) {
        newest = sequence
        if content.removesObject {
            rows = [:]
            cleared = 0
            directory = (.removed, sequence)
            return
        }
        if let creation = content.creation { directory = (.made(creation), sequence) }
        if content.writes.clearsContents {
            for kind in rows.keys where kind.isContents { rows[kind] = nil }
            cleared = sequence
        }
        for entry in content.writes.entries {
            let change = Change(value: entry.value, sequence: sequence)
            rows[entry.key.kind, default: SortedRows()][entry.key.bytes] = change
        }
    }

    /// Forgets what batches up to this number did, which the store contains.
    package mutating func forget(through applied: UInt64) {
        guard newest > 0, applied > forgotten else { return }
        forgotten = applied
        if newest <= applied { return self = LoggedRows() }
        if cleared <= applied { cleared = 0 }
        if let directory, directory.sequence <= applied { self.directory = nil }
        for kind in rows.keys { rows[kind]?.removeAll { $0.sequence <= applied } }
    }

    package func find(_ key: RowKey) -> WriteSet.Finding {
        if let change = rows[key.kind]?[key.bytes] { return change.value.map { .value($0) } ?? .deleted }
        return hidesContents && key.kind.isContents ? .deleted : .untouched
    }

    /// The changed rows of a kind, newer changes over them: one stream in order, or from the end.
    func overlay(_ kind: RowKind, _ range: KeyRange, reverse: Bool, newer: [[UInt8]: [UInt8]?]) -> Overlay {
        let precedes: ([UInt8], [UInt8]) -> Bool = {
            reverse ? $1.lexicographicallyPrecedes($0) : $0.lexicographicallyPrecedes($1)
        }
        return Overlay(
            newer: newer.sorted { precedes($0.key, $1.key) }[...],
            logged: rows[kind]?.cursor(range, reverse: reverse),
            precedes: precedes
        )
    }

    /// Changes of rows in order, the newest of each.
    struct Overlay {
        fileprivate var newer: ArraySlice<(key: [UInt8], value: [UInt8]?)>
        fileprivate var logged: SortedRows<Change>.Cursor?
        let precedes: ([UInt8], [UInt8]) -> Bool

        /// The next change; a value of nil deletes the row.
        var next: (key: [UInt8], value: [UInt8]?)? {
            guard let row = logged?.current else { return newer.first }
            if let first = newer.first, !precedes(row.key, first.key) { return first }
            return (row.key, row.value.value)
        }

        mutating func advance() {
            guard let row = logged?.current else { return newer = newer.dropFirst() }
            guard let first = newer.first, !precedes(row.key, first.key) else { logged?.advance(); return }
            if !precedes(first.key, row.key) { logged?.advance() }
            newer = newer.dropFirst()
        }
    }
}
