internal import DurableActors

/// Memberships, links, and what begins because of them.
extension ShardKeeper {
    mutating func consider(_ next: ClusterMembership) -> [KeeperAction] {
        if settings.faults.contains(.ignoresEpoch) {
            guard next != newest else { return [] }
        } else {
            do {
                guard try newest.isSucceeded(by: next) else { return [] }
            } catch {
                return [.reject(error)]
            }
        }
        newest = next
        var change = KeeperChange()
        change.membership = next
        return [store(change, .membership(next))]
    }

    /// Acts by a membership that is durable now.
    mutating func adopt(_ next: ClusterMembership) -> [KeeperAction] {
        guard next.epoch > membership.epoch || settings.faults.contains(.ignoresEpoch) else { return [] }
        membership = next
        map = ShardMap(next, shards: settings.shards)
        holders = [:]
        var actions: [KeeperAction] = []
        for (shard, move) in moves.sorted(by: { $0.key < $1.key }) where map.owner(of: shard) != move.to {
            actions += callOff(shard)
        }
        lookAround()
        for peer in links.sorted() { actions += greet(peer) + fill(peer) }
        return actions + [.reroute]
    }

    /// Finds the shards that should be elsewhere.
    mutating func lookAround() {
        waiting = [:]
        for shard in shards.reversed() where isOwned(shard) && moves[shard] == nil {
            let place = map.owner(of: shard)
            if place != name { waiting[place, default: []].append(shard) }
        }
    }

    mutating func linkUp(_ peer: String) -> [KeeperAction] {
        links.insert(peer)
        return greet(peer) + remind(peer) + fill(peer) + [.reroute]
    }

    mutating func linkDown(_ peer: String) -> [KeeperAction] {
        links.remove(peer)
        holders = holders.filter { $0.value != peer }
        let cut = moves.filter { $0.value.to == peer }.keys.sorted()
        return cut.flatMap { callOff($0) } + [.reroute]
    }

    private func greet(_ peer: String) -> [KeeperAction] {
        let kept = shards.filter { isOwned($0) && map.owner(of: $0) == peer }
        let greeting = KeeperAction.send(.epoch(membership.epoch), to: peer)
        return kept.isEmpty ? [greeting] : [greeting, .send(.keeping(kept, epoch: membership.epoch), to: peer)]
    }

    /// Says again to a peer what it has not answered.
    func remind(_ peer: String) -> [KeeperAction] {
        let shards = unsettled.union(busy[peer] ?? []).subtracting(beingWritten)
        return shards.sorted().compactMap { shard in
            switch self[shard] {
            case .staged(let transfer, from: peer): return .send(.staged(shard, transfer), to: peer)
            case .given(let transfer, to: peer): return .send(.take(shard, transfer), to: peer)
            case .owned:
                guard let move = moves[shard], move.to == peer else { return nil }
                guard move.phase == .offering || move.phase == .sending(isUnderWay: false) else { return nil }
                return .send(.offer(shard, move.transfer, epoch: membership.epoch), to: peer)
            case .absent, .staged, .given: return nil
            }
        }
    }

    /// Does what a change was for, now that it is durable.
    mutating func stored(_ written: Writing) -> [KeeperAction] {
        switch written {
        case .start(let founded):
            hasStarted = true
            for shard in founded { self[shard] = .owned(by: .founding) }
            lookAround()
            let opening: [KeeperAction] = founded.isEmpty ? [] : [.open(founded)]
            return opening + links.sorted().flatMap { greet($0) + fill($0) }
        case .membership(let next): return adopt(next)
        case .shard(let shard, let state): return enter(shard, state)
        case .early: return []
        }
    }

    private mutating func enter(_ shard: ShardIndex, _ state: ShardState) -> [KeeperAction] {
        let old = self[shard]
        self[shard] = state
        beingWritten.remove(shard)
        unsettled.remove(shard)
        if case .given(_, let to) = old { busy[to]?.remove(shard) }
        switch state {
        case .staged(let transfer, let giver):
            unsettled.insert(shard)
            holders[shard] = nil
            let serving: [KeeperAction] = settings.faults.contains(.servesStaged) ? [.open([shard])] : []
            return serving + [.send(.staged(shard, transfer), to: giver)]
        case .owned(let transfer):
            holders[shard] = nil
            var actions: [KeeperAction] = [.open([shard])]
            if case .staged(_, let giver) = old { actions.append(.send(.taken(shard, transfer), to: giver)) }
            let place = map.owner(of: shard)
            guard place != name else { return actions }
            waiting[place, default: []].append(shard)
            return actions + fill(place)
        case .given(let transfer, let taker):
            moves[shard] = nil
            unsettled.insert(shard)
            busy[taker, default: []].insert(shard)
            return [.close(shard), .send(.take(shard, transfer), to: taker)]
        case .absent:
            guard case .given(_, let taker) = old else { return [] }
            return fill(taker)
        }
    }
}
