internal import DurableActors

/// The owner's side of a move.
extension ShardKeeper {
    /// Begins as many moves to a peer as may be under way.
    mutating func fill(_ peer: String) -> [KeeperAction] {
        guard hasStarted, links.contains(peer) else { return [] }
        var actions: [KeeperAction] = []
        while busy[peer, default: []].count < settings.transfersPerPeer, let shard = waiting[peer]?.popLast() {
            guard case .owned(let current) = self[shard], moves[shard] == nil, map.owner(of: shard) == peer else {
                continue
            }
            lastNumber += 1
            let transfer = ShardTransfer(term: current.term + 1, start: starts, number: lastNumber)
            moves[shard] = Move(transfer: transfer, to: peer)
            busy[peer, default: []].insert(shard)
            actions.append(.send(.offer(shard, transfer, epoch: membership.epoch), to: peer))
        }
        return actions
    }

    /// Ends a move if that is still possible; the shard is served here again.
    mutating func callOff(_ shard: ShardIndex) -> [KeeperAction] {
        guard let move = moves[shard], move.phase != .giving else { return [] }
        moves[shard] = nil
        busy[move.to]?.remove(shard)
        let place = map.owner(of: shard)
        if place != name { waiting[place, default: []].append(shard) }
        if move.phase == .offering { return [] }
        return [.open([shard]), .send(.discard(shard, move.transfer), to: move.to)]
    }

    mutating func wanted(_ shard: ShardIndex, _ transfer: ShardTransfer, by peer: String) -> [KeeperAction] {
        guard let move = moves[shard], move.transfer == transfer, move.to == peer else { return [] }
        switch move.phase {
        case .offering:
            moves[shard]?.phase = .draining
            let hasty = settings.faults.contains(.givesWhileRunning)
            return [.drain(shard, transfer)] + (hasty ? drained(shard, transfer) : [])
        case .sending(isUnderWay: false):
            moves[shard]?.phase = .sending(isUnderWay: true)
            return [.sendBundle(shard, transfer, to: peer)]
        case .draining, .sending, .giving: return []
        }
    }

    mutating func drained(_ shard: ShardIndex, _ transfer: ShardTransfer) -> [KeeperAction] {
        guard let move = moves[shard], move.transfer == transfer, move.phase == .draining else { return [] }
        moves[shard]?.phase = .sending(isUnderWay: true)
        return [.sendBundle(shard, transfer, to: move.to)]
    }

    /// A peer has a bundle: the shard is given to it if that is what is going on, and else the bundle is worth nothing.
    mutating func staged(_ shard: ShardIndex, _ transfer: ShardTransfer, at peer: String) -> [KeeperAction] {
        guard !beingWritten.contains(shard) else { return [] }
        if let move = moves[shard], move.transfer == transfer, move.to == peer, case .sending = move.phase {
            moves[shard]?.phase = .giving
            var early: [KeeperAction] = []
            if settings.faults.contains(.dropsEarly) {
                var change = KeeperChange()
                change.shards[shard] = self[shard]
                change.rows = [.dropRows]
                early = [store(change, .early)]
            }
            return early + [store(shard, .given(transfer, to: peer), [])]
        }
        if self[shard] == .given(transfer, to: peer) { return [.send(.take(shard, transfer), to: peer)] }
        return [.send(.discard(shard, transfer), to: peer)]
    }

    mutating func taken(_ shard: ShardIndex, _ transfer: ShardTransfer, by peer: String) -> [KeeperAction] {
        guard !beingWritten.contains(shard), self[shard] == .given(transfer, to: peer) else { return [] }
        return [store(shard, .absent(after: transfer), [.dropRows])]
    }
}
