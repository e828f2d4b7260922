package import DurableActors

/// What goes with a request that a node sends to another, for the other's ``RequestOrder``.
package struct ShardRequest: Sendable, Hashable {
    /// The sender's number of the request.
    package let id: UInt64
    package let shard: ShardIndex
    /// The highest epoch that the sender knows of.
    package let epoch: UInt64
    /// Grows whenever the sender sends a shard's requests to another node than before, or anew.
    package let round: UInt64
    /// How often requests of the shard were sent elsewhere since one was answered.
    package let redirects: Int
}

/// What a ``RequestOrder`` asks of its node; to be done in order.
package enum RequestAction: Sendable, Equatable {
    /// A request that began here runs here.
    case serve(UInt64)
    /// A peer's request runs here.
    case servePeers(ShardRequest, from: String)
    /// Sends a request over the link, in the order of the link.
    case send(ShardRequest, to: String)
    /// Says to a peer that its request did not begin, and where it should go, with the epoch of this node.
    case refuse(ShardRequest, from: String, elsewhere: String, epoch: UInt64)
    /// The link broke: whether the request ran is not known.
    case fail(UInt64)
    /// Of the keeper.
    case keeper(KeeperAction)
}
