internal import Locks
internal import struct Synchronization.Atomic

/// How an object comes to rest that is to go on in another process, or when it is called off in this one.
///
/// What runs comes to its end: events, critical sections and background work, facets with all of theirs. Background work
/// that only waits for timers ends as by an eviction, and so do sockets that `accept` has taken, and those of facets: they
/// cannot outlive the life in memory that they belong to, and are closed with 1012. Hibernating sockets stay.
extension ObjectCell {
    /// Ends the object's time in memory; false when something runs still: then `again` is called once it may not.
    ///
    /// On the cell. With `error` nothing is waited for: what runs is reset with it.
    func comeToRest(because error: DurableObjectError?, again: @escaping @Sendable () -> Void) -> Bool {
        holdSockets()
        let (incarnation, isLive, isCold) = entrance.withLock { entrance in
            (entrance.incarnation, entrance.phase == .live && entrance.gate.isOpen, entrance.phase == .cold)
        }
        guard let incarnation else {
            // While the object is removed, or the disk is waited for, the entrance is closed without a life.
            if !isCold { whenDurable(lastSealed) { _ in again() } }
            // It may have another number when it is here again.
            if isCold { (number, isNameless) = (nil, false) }
            return isCold
        }
        let sockets = immovableSockets
        let isIdle = isLive && incarnation.running.count == 0
        if isIdle, !sockets.isEmpty, incarnation.holds == incarnation.asleep + (socketExtras?.standard.count ?? 0) {
            end(sockets, of: incarnation)
        }
        var isOver = evict(incarnation, endsTimers: true)
        if !isOver, let error {
            reset(incarnation, because: error)
            isOver = true
        }
        // With all its batches sealed there is nothing left to do but to look again.
        if isOver { return comeToRest(because: error, again: again) }
        if isIdle, incarnation.holds == incarnation.asleep {
            // Jobs are about to run.
            _ = host.world.scheduler.schedule(atUptime: host.world.clock.uptimeNanoseconds, again)
        } else {
            incarnation.idleWaiters.append(again)
        }
        return false
    }

    /// The sockets that belong to this life in memory.
    private var immovableSockets: [WebSocket] {
        (socketExtras?.standard ?? []) + (seat == nil ? [] : sockets.all)
    }

    private func end(_ ending: [WebSocket], of incarnation: Incarnation) {
        for socket in ending {
            do {
                try socket.close(code: 1012, reason: "Service Restart")
            } catch {
                host.log.error("A socket of \(id) cannot be closed: \(error)")
            }
        }
        if seat != nil { sockets = SocketList() }
        // Behind the close frames.
        passOutputGate(of: incarnation) { _ in for socket in ending { socket.terminate() } }
    }
}
