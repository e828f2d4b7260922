/// What is kept in memory of a journal while its object is: rows that are read often, and who waits for entries of the log.
///
/// Isolation: confined to the engine object's executor.
final class JournalMemory: @unchecked Sendable {
    // Safe because it is used on the object's executor alone, as part of the object's life.
    var instance: InstanceRecord?
    var status: StatusRecord?
    let late = LateRows()
    /// Whether there may be rows of timers or events; waiters have timers.
    var mayWait = true
    var faults: WorkflowFaults = []
    // Safe because no access of it runs anything else.
    @exclusivity(unchecked) private var readers: [CheckedContinuation<Void, Never>] = []

    /// Returns when something was logged, or at once when the object is to let go of its readers.
    func waitForLog() async {
        await withCheckedContinuation { unsafe readers.append($0) }
    }

    func wakeReaders() {
        guard unsafe !readers.isEmpty else { return }
        let woken = unsafe readers
        unsafe readers = []
        for reader in woken { reader.resume() }
    }
}
