package import DurableActors

/// Which shards a node owns, and how it brings each to where the membership says it should be.
///
/// A value without effects: events go in, actions come out, and what must survive a crash is in the actions' changes.
/// Ownership is the node's own durable row, not the membership, so two nodes that see different memberships never both
/// serve. A move, by transfer `t` from the owner G to R:
///
/// 1. G, still serving, sends `offer(t)`; R, of the same epoch, answers `want(t)`;
/// 2. G drains the shard, then sends its bundle; R keeps it, durably `staged(t)`, and says `staged(t)`;
/// 3. G writes `given(t)`: from here on R is the next owner, whatever happens;
/// 4. G says `take(t)`; R writes `owned(t)`, serves, and says `taken(t)`; G drops its rows: `absent(t)`.
///
/// Until 3 G may call it off at any time, and does when the link breaks or the place changes. What R has staged stays
/// until G says `discard(t)`, offers a higher transfer, or says `take(t)`. While a shard's row is being written, all that
/// is said of the shard is dropped: whoever said it says it again at the next tick.
package struct ShardKeeper: Sendable {
    /// One attempt to give a shard away, up to its `given`.
    struct Move: Sendable {
        enum Phase: Sendable, Equatable { case offering, draining, sending(isUnderWay: Bool), giving }
        let transfer: ShardTransfer
        let to: String
        var phase = Phase.offering
    }

    /// What a change that is being written becomes.
    enum Writing: Sendable {
        case start(founded: [ShardIndex])
        case membership(ClusterMembership)
        case shard(ShardIndex, ShardState)
        /// Only for the fault of that name.
        case early
    }

    /// The node's name.
    package let name: String
    /// The membership that the node acts by; durable.
    package internal(set) var membership: ClusterMembership
    let settings: KeeperSettings
    /// The newest membership that was accepted; being written where it is not `membership`.
    var newest: ClusterMembership
    var map: ShardMap
    var states: [ShardState]
    let starts: UInt64
    var hasStarted = false
    private let isFounding: Bool

    var moves: [ShardIndex: Move] = [:]
    /// The shards that are owned and should be at a peer, last one first, as the last look at the map found them.
    var waiting: [String: [ShardIndex]] = [:]
    /// The shards that are on their way to a peer: moves, and what was given and not yet taken.
    var busy: [String: Set<ShardIndex>] = [:]
    /// The shards whose state is `staged` or `given`.
    var unsettled: Set<ShardIndex> = []
    /// Who has said to own a shard that should be here.
    var holders: [ShardIndex: String] = [:]
    var links: Set<String> = []

    var writing: [UInt64: Writing] = [:]
    var beingWritten: Set<ShardIndex> = []
    private var lastTicket: UInt64 = 0
    var lastNumber: UInt64 = 0
    private var problem: ClusterError?

    /// Makes the keeper of a node that starts, from what was durable when it ended.
    ///
    /// `record` is empty at the first start. Of `membership`, which the cluster's store says, and the record's the newer
    /// one counts. `hasRows` is whether the node's own store has rows of objects: those of a node that was in no cluster
    /// before would be owned by others too, unless it is alone in one of epoch 1, so it throws `misplaced` elsewhere. Of
    /// two memberships of one epoch it throws `conflict`.
    package init(
        name: String,
        record: KeeperRecord,
        membership: ClusterMembership,
        hasRows: Bool,
        settings: KeeperSettings = KeeperSettings()
    ) throws(ClusterError) {
        var current = membership
        if let known = record.membership, !settings.faults.contains(.ignoresEpoch) {
            do {
                if try !known.isSucceeded(by: membership) { current = known }
            } catch  where error.code == .stale {
                (current, problem) = (known, error)
            }
        } else if hasRows, record.membership == nil, membership.epoch > 1 || membership.nodes.map(\.name) != [name] {
            throw ClusterError(
                .misplaced,
                "Node \"\(name)\" has objects from before it was in a cluster: it must first be alone in one of epoch 1."
            )
        }
        let isFirst = membership.epoch == 1 || settings.faults.contains(.ignoresEpoch)
        isFounding = record.membership == nil && isFirst
        self.name = name
        self.membership = current
        self.settings = settings
        newest = current
        map = ShardMap(current, shards: settings.shards)
        starts = record.starts + 1
        states = (0..<settings.shards).map { record.shards[ShardIndex(UInt16($0))] ?? .absent(after: .none) }
        for shard in shards {
            switch self[shard] {
            case .staged: unsettled.insert(shard)
            case .given(_, let to):
                unsettled.insert(shard)
                busy[to, default: []].insert(shard)
            case .absent, .owned: break
            }
        }
    }

    /// The first actions; to be asked for once.
    package mutating func start() -> [KeeperAction] {
        var actions: [KeeperAction] = []
        if let problem { actions.append(.reject(problem)) }
        let owned = shards.filter { isOwned($0) }
        if !owned.isEmpty { actions.append(.open(owned)) }
        var change = KeeperChange()
        change.starts = starts
        change.membership = membership
        let founded = isFounding ? map.shards(of: name) : []
        for shard in founded { change.shards[shard] = .owned(by: .founding) }
        actions.append(store(change, .start(founded: founded)))
        return actions
    }

    /// Takes in what has happened and says what is to be done.
    package mutating func handle(_ event: KeeperEvent) -> [KeeperAction] {
        switch event {
        case .membership(let next): return consider(next)
        case .linkUp(let peer): return (links.contains(peer) ? linkDown(peer) : []) + linkUp(peer)
        case .linkDown(let peer): return linkDown(peer)
        case .message(let message, let peer): return hear(message, from: peer)
        case .bundle(let shard, let transfer, let peer): return keep(shard, transfer, from: peer)
        case .bundleSent(let shard, let transfer):
            if moves[shard]?.transfer == transfer, moves[shard]?.phase == .sending(isUnderWay: true) {
                moves[shard]?.phase = .sending(isUnderWay: false)
            }
            return []
        case .drained(let shard, let transfer): return drained(shard, transfer)
        case .stored(let ticket):
            guard let written = writing.removeValue(forKey: ticket) else { return [] }
            return stored(written)
        case .tick: return links.sorted().flatMap { remind($0) + fill($0) }
        }
    }

    private mutating func hear(_ message: ShardMessage, from peer: String) -> [KeeperAction] {
        switch message {
        case .epoch(let epoch): return epoch > newest.epoch ? [.readMembership] : []
        case .keeping(let shards, let epoch):
            guard epoch == membership.epoch else { return [] }
            for shard in shards { holders[shard] = peer }
            return shards.isEmpty ? [] : [.reroute]
        case .offer(let shard, let transfer, let epoch): return offered(shard, transfer, epoch: epoch, by: peer)
        case .want(let shard, let transfer): return wanted(shard, transfer, by: peer)
        case .staged(let shard, let transfer): return staged(shard, transfer, at: peer)
        case .take(let shard, let transfer): return take(shard, transfer, from: peer)
        case .taken(let shard, let transfer): return taken(shard, transfer, by: peer)
        case .discard(let shard, let transfer): return discard(shard, transfer, from: peer)
        }
    }

    // MARK: What the other files share

    var shards: [ShardIndex] { states.indices.map { ShardIndex(UInt16($0)) } }

    /// The durable state of a shard.
    package internal(set) subscript(shard: ShardIndex) -> ShardState {
        get { states[Int(shard.value)] }
        set { states[Int(shard.value)] = newValue }
    }

    /// Whether the node has nothing of any shard, and is to get none.
    package var hasNothing: Bool {
        hasStarted && states.allSatisfy { if case .absent = $0 { true } else { false } }
    }

    func isOwned(_ shard: ShardIndex) -> Bool {
        if case .owned = self[shard] { true } else { false }
    }

    mutating func store(_ change: KeeperChange, _ becomes: Writing) -> KeeperAction {
        lastTicket += 1
        writing[lastTicket] = becomes
        return .store(change, ticket: lastTicket)
    }

    mutating func store(_ shard: ShardIndex, _ state: ShardState, _ rows: [KeeperChange.Rows]) -> KeeperAction {
        var change = KeeperChange()
        change.shards[shard] = state
        change.rows = rows
        beingWritten.insert(shard)
        return store(change, .shard(shard, state))
    }
}
