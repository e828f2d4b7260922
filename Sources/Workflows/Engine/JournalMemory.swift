/// What is kept in memory of a journal while its object is: rows that are read often, and who waits for entries of the log.
///
/// Isolation: confined to the engine object's executor.
final class JournalMemory: @unchecked Sendable {
    // Safe because it is used on the object's executor alone, as part of the object's life.
    var instance: InstanceRecord?
    var status: StatusRecord?
    var counters: CounterRecord?
    /// The log's last row, and the number of the batch that it is in.
    var lastLog: (batch: UInt64, key: [UInt8], row: LogRow)?
    var faults: WorkflowFaults = []
    private var readers: [CheckedContinuation<Void, Never>] = []

    /// Returns when something was logged, or at once when the object is to let go of its readers.
    func waitForLog() async {
        await withCheckedContinuation { readers.append($0) }
    }

    func wakeReaders() {
        let woken = readers
        readers = []
        for reader in woken { reader.resume() }
    }
}
