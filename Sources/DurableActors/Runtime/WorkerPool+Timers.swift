internal import Locks
internal import struct Synchronization.Atomic

/// The pool's timers behind a lock, with the earliest time readable without it.
final class PoolTimers: Sendable {
    private let heap = Mutex(TimerHeap())
    private let earliest = Atomic<UInt64>(.max)

    func insert(due: UInt64, action: @escaping @Sendable () -> Void) -> (TimerToken, isEarliest: Bool) {
        heap.withLock { heap in
            let before = heap.earliest ?? .max
            let token = heap.insert(due: due, action: action)
            earliest.store(min(before, due), ordering: .sequentiallyConsistent)
            return (token, due < before)
        }
    }

    var earliestDue: UInt64 { earliest.load(ordering: .sequentiallyConsistent) }

    func popDue(at now: UInt64) -> TimerHeap.Fired? {
        heap.withLock { heap in
            let entry = heap.popDue(at: now)
            heap.dropCancelled()
            earliest.store(heap.earliest ?? .max, ordering: .sequentiallyConsistent)
            return entry
        }
    }
}

extension WorkerPool {
    /// Fires what is due, on the calling thread.
    func fireDueTimers() {
        guard timers.earliestDue != .max else { return }
        let now = clock.uptimeNanoseconds
        while timers.earliestDue <= now, let entry = timers.popDue(at: now) {
            entry.action()
        }
    }

    /// How long an idle thread may wait; nil without a timer.
    func timeToNextTimer() -> UInt64? {
        let due = timers.earliestDue
        guard due != .max else { return nil }
        let now = clock.uptimeNanoseconds
        return due > now ? due - now : 0
    }
}
