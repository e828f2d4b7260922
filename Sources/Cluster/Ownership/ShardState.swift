package import DurableActors

/// What a node has durably written down of a shard.
package enum ShardState: Sendable, Hashable, Codable {
    /// It has nothing of the shard; the highest transfer that it took part in.
    case absent(after: ShardTransfer)
    /// It owns the shard, by this transfer, and nobody else does.
    case owned(by: ShardTransfer)
    /// It has a bundle of the shard, which counts for nothing until the giver says `take`.
    case staged(ShardTransfer, from: String)
    /// It has given the shard away and keeps the rows until it hears that they were taken.
    case given(ShardTransfer, to: String)

    /// The highest transfer that the node took part in.
    package var transfer: ShardTransfer {
        switch self {
        case .absent(let transfer), .owned(let transfer), .staged(let transfer, _), .given(let transfer, _): transfer
        }
    }
}

/// All that a node's keeper needs after a crash.
package struct KeeperRecord: Sendable, Equatable {
    /// How often the node was started.
    package var starts: UInt64 = 0
    /// The newest membership that the node has seen; nil before its first start.
    package var membership: ClusterMembership?
    /// The shards of which there is something to remember.
    package var shards: [ShardIndex: ShardState] = [:]

    package init() {}

    /// Does what a change says of the record; its rows are another matter.
    package mutating func apply(_ change: KeeperChange) {
        if let starts = change.starts { self.starts = starts }
        if let membership = change.membership { self.membership = membership }
        shards.merge(change.shards) { $1 }
    }
}

/// What is to become durable in one commit.
///
/// Where rows and record cannot share a commit, the rows' part must be durable no later than the record's, but for
/// bundles, which may go only after it.
package struct KeeperChange: Sendable, Equatable {
    /// What is done to a shard's rows.
    package enum Rows: Sendable, Hashable {
        /// Keeps the bundle of the transfer that has just come; one that was kept before goes.
        case keepBundle(ShardTransfer)
        /// The kept bundle takes the place of all rows of the shard.
        case importBundle(ShardTransfer)
        /// Drops the kept bundle.
        case dropBundle(ShardTransfer)
        /// Drops all rows of the shard.
        case dropRows
    }

    package var starts: UInt64?
    package var membership: ClusterMembership?
    package var shards: [ShardIndex: ShardState] = [:]
    /// What is done to rows, in this order; only where `shards` has exactly one.
    package var rows: [Rows] = []

    package init() {}
}
