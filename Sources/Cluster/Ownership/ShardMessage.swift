package import DurableActors

/// What the keepers of two nodes say to each other.
///
/// Each may be lost, doubled, delayed and overtaken by others. A shard's bundle goes beside them, see
/// ``KeeperAction/sendBundle(_:_:to:)``.
package enum ShardMessage: Sendable, Hashable, Codable {
    /// The epoch of the sender's membership: said when a link comes up, and to whoever shows a lower one.
    case epoch(UInt64)
    /// Of the shards that should be at the receiver, the sender still owns these.
    case keeping([ShardIndex], epoch: UInt64)
    /// The owner would give the shard to the receiver, and serves it until the answer.
    case offer(ShardIndex, ShardTransfer, epoch: UInt64)
    /// The receiver of an offer is ready for the bundle.
    case want(ShardIndex, ShardTransfer)
    /// The bundle is kept durably.
    case staged(ShardIndex, ShardTransfer)
    /// The giver does not own the shard any more: the receiver shall.
    case take(ShardIndex, ShardTransfer)
    /// The receiver owns the shard, durably.
    case taken(ShardIndex, ShardTransfer)
    /// The transfer is over without success: its bundle is worth nothing.
    case discard(ShardIndex, ShardTransfer)
}
