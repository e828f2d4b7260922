internal import Locks

extension World {
    /// Waits on this world's clock, for code that belongs to no object; throws when the world ends before the time comes.
    package func sleep(milliseconds: UInt64) async throws(CancellationError) {
        let due = clock.uptimeNanoseconds + milliseconds * 1_000_000
        let hasCome = await withCheckedContinuation { continuation in
            let sleeper = Sleeper(continuation)
            _ = scheduler.schedule(atUptime: due) { sleeper.wake(hasCome: true) }
        }
        if !hasCome { throw CancellationError() }
    }
}

extension Scheduler {
    /// Waits until a time; for ever where the process ends before, as a simulated one may.
    package func wait(untilUptime due: UInt64) async {
        // Safe because its timer fires at most once; a task whose timer is dropped is of a process that is no more.
        await unsafe withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            _ = schedule(atUptime: due) { unsafe continuation.resume() }
        }
    }
}

/// Who waits for a timer, which may be dropped without ever firing.
private final class Sleeper: Sendable {
    private let continuation: Mutex<CheckedContinuation<Bool, Never>?>

    init(_ continuation: CheckedContinuation<Bool, Never>) { self.continuation = Mutex(continuation) }

    deinit { wake(hasCome: false) }

    func wake(hasCome: Bool) { continuation.withLock { $0.take() }?.resume(returning: hasCome) }
}
