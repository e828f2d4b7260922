package import DurableActors

/// The requests of one node to objects anywhere, and those of its peers to objects here: each runs at most once, and
/// those of one node to one shard begin in the order in which they were made, wherever the shard goes meanwhile.
///
/// Requests travel over links that keep order. A node that does not own the shard, and does not expect to, refuses the
/// first one and with it, unseen, all of the same round behind it; the sender takes back those it has sent since, and
/// sends them again in order, in a new round, to the node that was named. What was sent before the refused one has begun,
/// and ends before the shard leaves. While requests are with another node, later ones follow them there.
///
/// The keeper is asked at each step; its actions ``KeeperAction/open(_:)``, ``KeeperAction/close(_:)`` and
/// ``KeeperAction/reroute`` must be told here.
package struct RequestOrder: Sendable {
    /// The requests of this node to one shard.
    private struct Lane {
        /// Where those in `sent` are, or where the next ones go, as a node has said; nil to ask the keeper.
        var destination: String?
        var round: UInt64 = 0
        var redirects = 0
        /// Sent in this round and not answered.
        var sent: [UInt64] = []
        /// Not sent, or to be sent again.
        var queued: [UInt64] = []

        var isEmpty: Bool { sent.isEmpty && queued.isEmpty }
    }

    private struct Fence: Hashable {
        let peer: String
        let shard: ShardIndex
    }

    private var lanes: [ShardIndex: Lane] = [:]
    /// Which shard each unanswered request of this node is for, but for those that run here.
    private var shards: [UInt64: ShardIndex] = [:]
    /// Those sent in earlier rounds, which run at a peer.
    private var running: [UInt64: String] = [:]
    /// What peers' requests wait here, by shard.
    private var held: [ShardIndex: [(request: ShardRequest, peer: String)]] = [:]
    /// The last round of a peer that was refused.
    private var fences: [Fence: UInt64] = [:]
    private var lastRound: UInt64 = 0
    private var links: Set<String> = []
    /// The highest epoch that a peer has shown with a refusal.
    private var epoch: UInt64 = 0

    package init() {}

    // MARK: Requests that begin here

    /// A request begins here; `id` is never used again.
    package mutating func begin(_ id: UInt64, _ shard: ShardIndex, _ keeper: ShardKeeper) -> [RequestAction] {
        shards[id] = shard
        lanes[shard, default: Lane()].queued.append(id)
        return flush(shard, keeper)
    }

    /// A request that was sent is over, with whatever result.
    package mutating func answered(_ id: UInt64) {
        running[id] = nil
        guard let shard = shards.removeValue(forKey: id) else { return }
        lanes[shard]?.sent.removeAll { $0 == id }
        lanes[shard]?.redirects = 0
        drop(shard)
    }

    /// The requests of this node for a shard that wait here.
    package func waiting(_ shard: ShardIndex) -> [UInt64] { lanes[shard]?.queued ?? [] }

    /// Takes back a request that waits here; false if it does not.
    package mutating func giveUp(_ id: UInt64) -> Bool {
        guard let shard = shards[id], let place = lanes[shard]?.queued.firstIndex(of: id) else { return false }
        lanes[shard]?.queued.remove(at: place)
        shards[id] = nil
        drop(shard)
        return true
    }

    /// A peer has refused a request of this node, and named another node or this one; nil where those of its round were
    /// taken back already.
    package mutating func refused(
        _ request: ShardRequest,
        elsewhere: String,
        epoch: UInt64,
        _ keeper: ShardKeeper
    ) -> [RequestAction]? {
        let shard = request.shard
        guard var lane = lanes[shard], lane.round == request.round, let peer = lane.destination,
            let place = lane.sent.firstIndex(of: request.id)
        else { return nil }
        for id in lane.sent[..<place] { running[id] = peer }
        lane.queued = lane.sent[place...] + lane.queued
        lane.sent = []
        lane.destination = elsewhere == keeper.name ? nil : elsewhere
        lane.redirects += 1
        lanes[shard] = lane
        self.epoch = max(self.epoch, epoch)
        let behind: [RequestAction] = epoch > keeper.membership.epoch ? [.keeper(.readMembership)] : []
        return behind + flush(shard, keeper)
    }

    /// Sends on, or begins, what waits of a shard and may go.
    private mutating func flush(_ shard: ShardIndex, _ keeper: ShardKeeper) -> [RequestAction] {
        // Taken out, so that its lists are changed in place.
        guard var lane = lanes.removeValue(forKey: shard) else { return [] }
        var actions: [RequestAction] = []
        while let id = lane.queued.first {
            if lane.sent.isEmpty {
                var next = keeper.route(shard, followsHolders: lane.redirects < 2)
                if let named = lane.destination, links.contains(named), next != .serveHere {
                    next = .forward(to: named)
                }
                if next == .serveHere {
                    lane.queued.removeFirst()
                    shards[id] = nil
                    (lane.destination, lane.redirects) = (nil, 0)
                    actions.append(.serve(id))
                    continue
                }
                guard case .forward(let peer) = next, links.contains(peer) else { break }
                lastRound += 1
                (lane.destination, lane.round) = (peer, lastRound)
            }
            guard let peer = lane.destination else { break }
            lane.queued.removeFirst()
            lane.sent.append(id)
            let request = ShardRequest(
                id: id,
                shard: shard,
                epoch: max(epoch, keeper.membership.epoch),
                round: lane.round,
                redirects: lane.redirects
            )
            actions.append(.send(request, to: peer))
        }
        if !lane.isEmpty { lanes[shard] = lane }
        return actions
    }

    private mutating func drop(_ shard: ShardIndex) {
        if lanes[shard]?.isEmpty == true { lanes[shard] = nil }
    }

    // MARK: Requests of peers

    /// A peer's request has come.
    package mutating func arrived(
        _ request: ShardRequest,
        from peer: String,
        _ keeper: ShardKeeper
    ) -> [RequestAction] {
        held[request.shard, default: []].append((request, peer))
        return held[request.shard]?.count == 1 ? admit(request.shard, keeper) : []
    }

    /// A peer does not want the answer to a request any more, which may wait here.
    package mutating func cancelled(_ id: UInt64, by peer: String, _ shard: ShardIndex) {
        held[shard]?.removeAll { $0.request.id == id && $0.peer == peer }
    }

    /// Begins or refuses what waits of a shard, in order, up to the first that must go on waiting.
    private mutating func admit(_ shard: ShardIndex, _ keeper: ShardKeeper) -> [RequestAction] {
        var actions: [RequestAction] = []
        while let (request, peer) = held[shard]?.first {
            let fence = Fence(peer: peer, shard: shard)
            var (route, asked) = keeper.answer(shard, epoch: request.epoch, redirects: request.redirects)
            actions += asked.map { .keeper($0) }
            // Those behind a refused one must not begin before it does.
            if fences[fence, default: 0] >= request.round, route == .serveHere { route = .forward(to: keeper.name) }
            if route == .hold { break }
            held[shard]?.removeFirst()
            if case .forward(let elsewhere) = route {
                fences[fence] = max(fences[fence, default: 0], request.round)
                let epoch = keeper.membership.epoch
                actions.append(.refuse(request, from: peer, elsewhere: elsewhere, epoch: epoch))
            } else {
                actions.append(.servePeers(request, from: peer))
            }
        }
        if held[shard]?.isEmpty == true { held[shard] = nil }
        return actions
    }

    /// Whether no request of the shard waits or is unanswered, but for those that run here.
    package func isIdle(_ shard: ShardIndex) -> Bool { lanes[shard] == nil && held[shard] == nil }

    // MARK: What changes

    /// The keeper has opened or closed a shard.
    package mutating func reconsider(_ shard: ShardIndex, _ keeper: ShardKeeper) -> [RequestAction] {
        admit(shard, keeper) + flush(shard, keeper)
    }

    /// The keeper routes anew.
    package mutating func reroute(_ keeper: ShardKeeper) -> [RequestAction] {
        for (shard, lane) in lanes where lane.sent.isEmpty { lanes[shard]?.destination = nil }
        return Set(lanes.keys).union(held.keys).sorted().flatMap { reconsider($0, keeper) }
    }

    /// There is a link to a peer; a new one counts as the old one's end.
    ///
    /// To be told before the keeper is.
    package mutating func linkUp(_ peer: String) -> [RequestAction] {
        let lost = links.contains(peer) ? linkDown(peer) : []
        links.insert(peer)
        return lost
    }

    /// The link to a peer is gone, and with it whatever was sent over it and is not answered.
    ///
    /// To be told before the keeper is, whose ``KeeperAction/reroute`` sends on what waits; a stub that has lost a request can first take
    /// back those behind it.
    package mutating func linkDown(_ peer: String) -> [RequestAction] {
        links.remove(peer)
        fences = fences.filter { $0.key.peer != peer }
        held = held.mapValues { $0.filter { $0.peer != peer } }.filter { !$0.value.isEmpty }
        var lost = running.filter { $0.value == peer }.map(\.key)
        for (shard, lane) in lanes where lane.destination == peer {
            lost += lane.sent
            lanes[shard]?.sent = []
            lanes[shard]?.destination = nil
        }
        for id in lost { (running[id], shards[id]) = (nil, nil) }
        return lost.sorted().map { .fail($0) }
    }
}
