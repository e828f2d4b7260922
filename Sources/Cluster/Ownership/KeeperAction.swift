package import DurableActors

/// What a ``ShardKeeper`` asks of its node; to be done in order.
package enum KeeperAction: Sendable, Equatable {
    /// Makes a change durable, after all earlier ones, then says ``KeeperEvent/stored(ticket:)``. A node that cannot
    /// must try again or end.
    case store(KeeperChange, ticket: UInt64)
    case send(ShardMessage, to: String)
    /// Reads all rows of the shard and sends them with the transfer's number; then ``KeeperEvent/bundleSent(_:_:)``,
    /// whether or not that went well. The receiver's node says ``KeeperEvent/bundle(_:_:from:)`` when all is there and
    /// its checksum is right.
    case sendBundle(ShardIndex, ShardTransfer, to: String)
    /// From now on the node serves these shards: alarms are armed, held requests may go on.
    case open([ShardIndex])
    /// Lets no further event of the shard begin, its alarms included, and brings it to rest: running events end or reach
    /// a limit, objects are evicted, all is durable. Then ``KeeperEvent/drained(_:_:)`` of the same transfer, unless
    /// the shard was opened again before.
    case drain(ShardIndex, ShardTransfer)
    /// The node does not own the shard any more: alarms are forgotten, held requests go elsewhere.
    case close(ShardIndex)
    /// Where requests go may have changed for all shards.
    case reroute
    /// A peer has seen a newer membership: the store is worth a look.
    case readMembership
    /// What was read is refused, and changes nothing; for the log.
    case reject(ClusterError)
}

/// What a node tells its ``ShardKeeper``.
package enum KeeperEvent: Sendable, Equatable {
    /// The cluster's store says this.
    case membership(ClusterMembership)
    /// There is a link to a node; a new one counts as the old one's end.
    case linkUp(String)
    case linkDown(String)
    case message(ShardMessage, from: String)
    /// A bundle has come whole; where nothing is to be done, it is not wanted, and one that is kept already stays.
    case bundle(ShardIndex, ShardTransfer, from: String)
    case bundleSent(ShardIndex, ShardTransfer)
    case drained(ShardIndex, ShardTransfer)
    case stored(ticket: UInt64)
    /// Time to say again what may have been lost; a second or so after the last.
    case tick
}
