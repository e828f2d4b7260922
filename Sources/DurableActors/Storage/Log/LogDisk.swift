/// Where a log keeps its segments: a directory in production, memory with faults under test.
///
/// Errors are `StorageError`. Callable from any thread.
package protocol LogDisk: Sendable {
    /// The names of the files that are there.
    func names() throws -> [String]

    /// Makes a file of zeros whose blocks are all written, durably with its name; throws `full` when there is no room.
    func make(_ name: String, bytes: Int) throws -> any LogFile

    /// Opens a file that is there.
    func open(_ name: String) throws -> any LogFile

    /// Removes a file.
    func remove(_ name: String) throws
}

/// A file of fixed length that is overwritten in place; used by one thread at a time.
package protocol LogFile: AnyObject, Sendable {
    var length: Int { get }

    func read() throws -> [UInt8]

    /// Writes within the file; durable after the next `flush` and not before, in part or whole.
    func write(_ bytes: [UInt8], at offset: Int) throws

    /// Makes all that was written durable; after a throw any part of it may be, now or later.
    func flush() throws

    /// Lets go of the file; nothing may be called afterwards.
    func close()
}

/// How large a log becomes, and when it is checkpointed.
package struct LogSizes: Sendable {
    /// The bytes of a segment; what does not fit goes to the store at once.
    package var segmentBytes = 4 << 20
    /// How many segments there are at most.
    package var maximumSegments = 24
    /// How much may be logged and not applied before a checkpoint begins: in memory, see `objectBytes`, or in records.
    package var checkpointBytes = 32 << 20
    /// How much may be in memory before commits wait for one.
    package var limitBytes = 96 << 20
    /// What an object with something logged counts for, beside its rows.
    package var objectBytes = 512
    /// What a row counts for beside its key and value: about what it takes in memory.
    package var rowBytes = 128
    /// How long something may be logged and not applied, in nanoseconds: a second.
    package var checkpointNanoseconds: UInt64 = 1_000_000_000

    package init() {}
}
