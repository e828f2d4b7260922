internal import DurableActors
internal import Locks

/// How a shard's objects come to rest before it goes to another node, and go on here where it does not.
extension ClusterForwarder {
    /// No event of the shard begins any more but for what those that run call, until all are at rest; then the keeper hears.
    func drain(_ shard: ShardIndex, _ transfer: ShardTransfer) {
        let rest = ShardRest(of: shard, in: host)
        let due = host.world.clock.uptimeNanoseconds + settings.rest
        let timer = host.world.scheduler.schedule(atUptime: due) { [weak self] in self?.endWaiting(shard, transfer) }
        state.withLock { state in
            state.drains[shard] = ShardDrain(transfer, rest)
            state.drains[shard]?.timer = timer
        }
        if !host.limits.faults.contains(.servedOn) { open.remove(shard) }
        host.alarms.disarm(shard)
        pass(shard, transfer)
    }

    private func pass(_ shard: ShardIndex, _ transfer: ShardTransfer) {
        let rest = state.withLock { state -> ShardRest? in
            let entering = state.entering[shard] ?? 0
            guard state.isDraining(shard, transfer) else { return nil }
            state.drains[shard]?.passBegins(entering: entering)
            return state.drains[shard]?.rest
        }
        rest?.pass { [weak self] in self?.passEnded(shard, transfer) }
    }

    private func passEnded(_ shard: ShardIndex, _ transfer: ShardTransfer) {
        let isAtRest = state.withLock { state -> Bool? in
            state.isDraining(shard, transfer) ? state.drains[shard]?.passEnded() : nil
        }
        switch isAtRest {
        case true?: cameToRest(shard, transfer)
        case false?: pass(shard, transfer)
        case nil: break
        }
    }

    private func endWaiting(_ shard: ShardIndex, _ transfer: ShardTransfer) {
        let rest = state.withLock { state -> ShardRest? in
            guard state.isDraining(shard, transfer) else { return nil }
            state.drains[shard]?.seal()
            return state.drains[shard]?.rest
        }
        let text = "The object is moving to another node, and what it did took too long to wait for."
        rest?.force(DurableObjectError(.disconnected, text, retryable: true))
    }

    private func cameToRest(_ shard: ShardIndex, _ transfer: ShardTransfer) {
        let move = SocketMove(from: links.name, handles, host) { [weak self] handover in
            self?.state.withLock { $0.handovers[shard] = handover }
            self?.keeper(.drained(shard, transfer))
        }
        let due = host.world.clock.uptimeNanoseconds + settings.rest
        let timer = host.world.scheduler.schedule(atUptime: due) { [weak move] in move?.endWaiting() }
        let rest = state.withLock { state -> ShardRest? in
            guard state.isDraining(shard, transfer) else { return nil }
            state.drains[shard]?.timer?.cancel()
            state.drains[shard]?.timer = timer
            state.drains[shard]?.sockets = move
            return state.drains[shard]?.rest
        }
        if let rest { move.begin(rest.cells) } else { timer.cancel() }
    }

    /// Whether an event of a shard that is not open enters its object at once, which has to be said when it has.
    ///
    /// What belongs to this process does, unless all is at rest. Of what comes while objects come to rest, so does what an
    /// object of this node calls, since one of the shard may wait for it; unless it would overtake an earlier call.
    func enters(_ departure: Departure, _ state: inout State) -> Bool {
        let (shard, caller) = (departure.cell.id.shard, departure.caller)
        let isDraining = state.drains[shard] != nil
        if departure.event.staysHere {
            guard isDraining || state.keeper.route(shard) == .serveHere else { return false }
        } else {
            guard isDraining, caller != nil,
                !state.departing.values.contains(where: { $0.cell === departure.cell && $0.caller === caller })
            else { return false }
        }
        guard state.drains[shard]?.mayEnter() ?? true else { return false }
        state.entering[shard, default: 0] += 1
        return true
    }

    /// Takes an event that enters here or not at all.
    func takeHere(_ departure: Departure) {
        var isOpen = false
        let isLetIn = state.withLock { state in
            isOpen = open.contains(departure.cell.id.shard)
            return !isOpen && enters(departure, &state)
        }
        if isLetIn { return enter(departure) }
        if isOpen { return departure.cell.submit(departure.event, from: departure.caller) }
        // Not under whatever locks it was brought.
        _ = host.world.scheduler.schedule(atUptime: host.world.clock.uptimeNanoseconds) {
            departure.event.refuse(ForwardingFailure.lost)
        }
    }

    func enter(_ departure: Departure) {
        departure.cell.admit(departure.event)
        let shard = departure.cell.id.shard
        state.withLock { state in
            let others = state.entering[shard, default: 0] - 1
            state.entering[shard] = others > 0 ? others : nil
        }
    }

    /// These shards are served here from now on.
    func begin(_ shards: [ShardIndex]) {
        for shard in shards {
            if let drain = endDrain(of: shard) { callOff(drain) }
            takeUpSockets(of: shard)
        }
        host.alarms.arm(shards)
        for shard in shards { reconsider(shard) }
    }

    /// The shard belongs to another node from now on, at rest as it is.
    func close(_ shard: ShardIndex) {
        endDrain(of: shard)?.sockets?.complete()
        decide { state in state.order.reconsider(shard, state.keeper).map { .request($0) } }
    }

    private func callOff(_ drain: ShardDrain) {
        drain.rest.callOff()
        drain.sockets?.callOff()
        for cell in drain.rest.cells { cell.perform { cell.letGoOfSockets() } }
    }

    private func endDrain(of shard: ShardIndex) -> ShardDrain? {
        let drain = state.withLock { state in
            state.handovers[shard] = nil
            return state.drains.removeValue(forKey: shard)
        }
        drain?.timer?.cancel()
        return drain
    }
}

extension ClusterForwarder.State {
    /// Whether a drain goes on, which may have been called off.
    fileprivate func isDraining(_ shard: ShardIndex, _ transfer: ShardTransfer) -> Bool {
        drains[shard]?.transfer == transfer
    }
}
