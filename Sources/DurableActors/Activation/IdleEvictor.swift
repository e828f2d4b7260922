internal import Synchronization

/// Gives back the memory of objects that have been idle for a while; their sockets and data stay.
///
/// One queue, in the order in which objects became idle; an object that was active since goes to its end again. An
/// object that is busy is not in the queue, and enters it when its last event ends.
package final class IdleEvictor: Sendable {
    private struct State: ~Copyable {
        var queue = ReadyQueue<Incarnation>()
        var isTimerSet = false
    }

    private let state = Mutex(State())
    private unowned let host: HostCore

    package init(host: HostCore) { self.host = host }

    /// The last event of an incarnation has ended; on its cell.
    func becameIdle(_ incarnation: Incarnation) {
        incarnation.lastActive = host.world.clock.coarseUptimeNanoseconds
        guard !incarnation.isWatched else { return }
        incarnation.isWatched = true
        let setTimer = state.withLock { state in
            state.queue.append(incarnation)
            defer { state.isTimerSet = true }
            return !state.isTimerSet
        }
        if setTimer { look(atUptime: incarnation.lastActive + host.limits.idleNanoseconds) }
    }

    private func look(atUptime uptime: UInt64) {
        _ = host.world.scheduler.schedule(atUptime: uptime) { [self] in evictNext() }
    }

    /// Asks the object at the front whether it is idle; the answer comes on its cell.
    private func evictNext() {
        let next = state.withLock { $0.queue.popFirst() }
        guard let next else { return state.withLock { $0.isTimerSet = false } }
        next.cell.perform { [self] in
            let deadline = next.lastActive + host.limits.idleNanoseconds
            let now = host.world.clock.uptimeNanoseconds
            next.isWatched = false
            if next.death != nil || (now >= deadline && next.cell.evict(next)) {
                evictNext()
            } else {
                requeue(next, at: max(deadline, now + host.limits.idleNanoseconds / 8))
            }
        }
    }

    private func requeue(_ incarnation: Incarnation, at uptime: UInt64) {
        incarnation.isWatched = true
        state.withLock { $0.queue.append(incarnation) }
        let earliest = state.withLock { $0.queue.first?.lastActive } ?? 0
        let now = host.world.clock.uptimeNanoseconds
        look(atUptime: min(uptime, max(earliest + host.limits.idleNanoseconds, now + 1)))
    }
}
