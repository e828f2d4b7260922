package import DurableActors

/// The next owner's side of a move.
extension ShardKeeper {
    /// Whether a bundle of this transfer would be news.
    ///
    /// What was given to somebody may only come back by a later owner's hand, whose term shows that it was taken.
    private func isWelcome(_ shard: ShardIndex, _ transfer: ShardTransfer) -> Bool {
        switch self[shard] {
        case .absent(let known), .staged(let known, _): transfer > known
        case .given(let known, _): transfer.term > known.term
        case .owned: false
        }
    }

    /// Whether a bundle that comes now would be kept.
    package func awaits(_ shard: ShardIndex, _ transfer: ShardTransfer) -> Bool {
        !beingWritten.contains(shard) && isWelcome(shard, transfer)
    }

    mutating func offered(
        _ shard: ShardIndex,
        _ transfer: ShardTransfer,
        epoch: UInt64,
        by peer: String
    ) -> [KeeperAction] {
        if epoch < membership.epoch { return [.send(.epoch(membership.epoch), to: peer)] }
        if epoch > membership.epoch { return epoch > newest.epoch ? [.readMembership] : [] }
        guard !beingWritten.contains(shard) else { return [] }
        if self[shard] == .staged(transfer, from: peer) { return [.send(.staged(shard, transfer), to: peer)] }
        guard isWelcome(shard, transfer) else { return [] }
        holders[shard] = peer
        return [.send(.want(shard, transfer), to: peer)]
    }

    mutating func keep(_ shard: ShardIndex, _ transfer: ShardTransfer, from peer: String) -> [KeeperAction] {
        guard awaits(shard, transfer) else { return [] }
        let isGiven = if case .given = self[shard] { true } else { false }
        let rows: [KeeperChange.Rows] = (isGiven ? [.dropRows] : []) + [.keepBundle(transfer)]
        return [store(shard, .staged(transfer, from: peer), rows)]
    }

    mutating func take(_ shard: ShardIndex, _ transfer: ShardTransfer, from peer: String) -> [KeeperAction] {
        guard !beingWritten.contains(shard) else { return [] }
        if case .staged(let kept, _) = self[shard],
            kept == transfer || settings.faults.contains(.ignoresTransfer)
        {
            return [store(shard, .owned(by: kept), [.importBundle(kept)])]
        }
        return transfer <= self[shard].transfer ? [.send(.taken(shard, transfer), to: peer)] : []
    }

    mutating func discard(_ shard: ShardIndex, _ transfer: ShardTransfer, from peer: String) -> [KeeperAction] {
        guard !beingWritten.contains(shard), self[shard] == .staged(transfer, from: peer) else { return [] }
        return [store(shard, .absent(after: transfer), [.dropBundle(transfer)])]
    }
}
