/// Gives back the memory of objects that have been idle for a while; their sockets and data stay.
///
/// What it is: at most one timer for each incarnation, set when its last event or background work ends. When it fires,
/// the object is looked at on its own cell: one that was active since is looked at again when its time would be over,
/// and one that is busy is left alone, for it asks for a timer anew when that ends. So nothing is polled, and calls
/// that come faster than the time passes cost no timer each. What stays in memory though its time is over gives back
/// what its SQL database keeps there.
package final class IdleEvictor: Sendable {
    private unowned let host: HostCore

    package init(host: HostCore) { self.host = host }

    /// The last event or background work of an incarnation has ended; on its cell.
    func becameIdle(_ incarnation: Incarnation) {
        incarnation.lastActive = host.world.clock.coarseUptimeNanoseconds
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
            // It stays in memory, but the pages that its database keeps there need not.
            incarnation.database?.connection.releaseMemory()
        }
    }

    private func preventsEviction(_ incarnation: Incarnation) -> Bool {
        incarnation.cell.objectClass.preventsEviction
    }
}
