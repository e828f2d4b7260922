package import DurableActors

/// Where a request for an object of a shard goes.
package enum ShardRoute: Sendable, Hashable {
    /// It begins here, now.
    case serveHere
    /// It goes to this node, which may know another.
    case forward(to: String)
    /// It waits here, up to a limit, until the shard is opened or closed, or requests are routed anew.
    case hold
}

extension ShardKeeper {
    /// Where a request goes; `followsHolders` is whether a shard that has not come here yet is looked for where it was
    /// said to be.
    package func route(_ shard: ShardIndex, followsHolders: Bool = true) -> ShardRoute {
        switch self[shard] {
        case .owned:
            guard let move = moves[shard], move.phase != .offering else { return .serveHere }
            return settings.faults.contains(.givesWhileRunning) ? .serveHere : .hold
        case .given(_, let taker): return .forward(to: taker)
        case .staged where settings.faults.contains(.servesStaged): return .serveHere
        case .staged, .absent:
            let place = map.owner(of: shard)
            if place != name { return .forward(to: place) }
            guard followsHolders, let holder = holders[shard] else { return .hold }
            return .forward(to: holder)
        }
    }

    /// What is answered to a request that a peer has sent here, where `forward` means that the peer should go there.
    ///
    /// Whoever owns the shard serves, whatever the epochs. A node that is behind the request's epoch may not know that
    /// it is the right one, so it reads the membership again while the request waits.
    ///
    /// `epoch` is the highest that the sender knows of, `redirects` how often the request was sent elsewhere: after the
    /// second time its place keeps it, so that two nodes cannot send it to and fro.
    package func answer(
        _ shard: ShardIndex,
        epoch: UInt64,
        redirects: Int
    ) -> (route: ShardRoute, actions: [KeeperAction]) {
        let route = route(shard, followsHolders: redirects < 2)
        guard epoch > membership.epoch, case .forward = route else { return (route, []) }
        return (.hold, epoch > newest.epoch ? [.readMembership] : [])
    }
}
