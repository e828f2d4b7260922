/// Gives back the memory of objects that have been idle for a while; their sockets and data stay.
///
/// What it is: at most one timer for each incarnation, set when its last event or background work ends. When it fires,
/// the object is looked at on its own cell: one that was active since is looked at again when its time would be over,
/// and one that is busy is left alone, for it asks for a timer anew when that ends. So nothing is polled, and calls
/// that come faster than the time passes cost no timer each. One that background work keeps is looked at by the sweep as
/// well, which takes it when that work only waits for timers and nobody is connected. What stays in memory though its time
/// is over gives back what its SQL database keeps there, and the task that waits for its next event.
package final class IdleEvictor: Sendable {
    private unowned let host: HostCore

    private let clock: any WorldClock

    package init(host: HostCore) {
        self.host = host
        clock = host.world.clock
    }

    /// The last event or background work of an incarnation has ended; on its cell.
    package func becameIdle(_ incarnation: Incarnation) {
        incarnation.lastActive = clock.coarseUptimeNanoseconds
        incarnation.tellIdleWaiters()
        guard !incarnation.isWatched, !preventsEviction(incarnation) || incarnation.database != nil else { return }
        watch(incarnation)
    }

    private func watch(_ incarnation: Incarnation) {
        incarnation.isWatched = true
        let due = incarnation.lastActive + host.limits.idleNanoseconds
        _ = host.world.scheduler.schedule(atUptime: due) { [self] in
            incarnation.cell.perform { [self] in look(at: incarnation) }
        }
    }

    private func look(at incarnation: Incarnation) {
        guard incarnation.death == nil else { return }
        if host.world.clock.uptimeNanoseconds < incarnation.lastActive + host.limits.idleNanoseconds {
            watch(incarnation)
        } else if preventsEviction(incarnation) || !incarnation.cell.evict(incarnation) {
            incarnation.isWatched = false
            // It stays in memory, but not all that it keeps there need do so.
            incarnation.releaseMemory()
            if !preventsEviction(incarnation) { sweepLater(incarnation) }
        }
    }

    private func preventsEviction(_ incarnation: Incarnation) -> Bool {
        incarnation.cell.objectClass.preventsEviction
    }

    /// Has the next sweep look at an object that background work keeps, by when it may have been unused long enough.
    private func sweepLater(_ incarnation: Incarnation) {
        guard incarnation.running.count == 0, incarnation.holds > 0 else { return }
        let period = host.limits.timersOnlyNanoseconds
        let earliest = max(incarnation.lastActive + period, host.world.clock.uptimeNanoseconds + 1)
        sweep(incarnation, atUptime: (earliest + period - 1) / period * period)
    }

    private func sweep(_ incarnation: Incarnation, atUptime due: UInt64) {
        guard !incarnation.isSwept else { return }
        incarnation.isSwept = true
        _ = host.world.scheduler.schedule(atUptime: due) { [self] in
            incarnation.cell.perform { [self] in sweep(incarnation) }
        }
    }

    private func sweep(_ incarnation: Incarnation) {
        incarnation.isSwept = false
        guard incarnation.death == nil else { return }
        let now = host.world.clock.uptimeNanoseconds
        let isUnused = now >= incarnation.lastActive + host.limits.timersOnlyNanoseconds
        guard isUnused, incarnation.cell.sockets.isEmpty, incarnation.running.count == 0,
            incarnation.holds == incarnation.asleep
        else { return sweepLater(incarnation) }
        // A timer that is due just now may go first.
        if !incarnation.cell.evict(incarnation, endsTimers: true) { sweep(incarnation, atUptime: now) }
    }
}
