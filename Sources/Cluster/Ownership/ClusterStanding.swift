package import DurableActors

/// How far a node has come with its membership; a picture of one moment.
public struct ClusterStanding: Sendable, Equatable {
    /// The epoch that the node acts by.
    public let epoch: UInt64
    /// The shards that it owns; other nodes' are others.
    package let owned: [ShardIndex]
    /// How many shards it has that should be at other nodes.
    public let leaving: Int
    /// How many shards should be here and are not yet.
    public let coming: Int

    /// How many shards the node owns, of 4,096.
    public var shards: Int { owned.count }
    /// Whether the node has what the membership gives it, and nothing else.
    public var isSettled: Bool { leaving == 0 && coming == 0 }
}

extension ShardKeeper {
    /// How far the node has come.
    package var standing: ClusterStanding {
        var (owned, leaving, coming) = ([ShardIndex](), 0, 0)
        for shard in shards {
            let isPlacedHere = map.owner(of: shard) == name
            switch self[shard] {
            case .owned:
                owned.append(shard)
                if !isPlacedHere { leaving += 1 }
            case .given:
                leaving += 1
                if isPlacedHere { coming += 1 }
            case .staged, .absent: if isPlacedHere { coming += 1 }
            }
        }
        return ClusterStanding(epoch: membership.epoch, owned: owned, leaving: leaving, coming: coming)
    }
}
