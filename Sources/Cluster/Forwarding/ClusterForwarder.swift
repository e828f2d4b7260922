package import DurableActors
internal import Locks

/// Brings what is for objects of other nodes to them, and lets what they bring enter here.
///
/// Concurrency: one lock guards the keeper, the order of requests and what waits. What they decide goes into `steps` under
/// that lock, and one thread at a time performs the steps, in order, under no lock; so an event that may begin here has
/// entered its object before a later step takes the object's shard away. Events of shards in `open` do not come here at all.
package final class ClusterForwarder: ObjectForwarder {
    enum Step: Sendable {
        case request(RequestAction)
        case keeper(KeeperAction)
        /// Events of the shard need not come here any more, once those that came have entered.
        case open(ShardIndex)
        /// The node acts by another membership.
        case follow(ClusterMembership)
    }

    struct State: ~Copyable {
        var keeper: ShardKeeper
        var order = RequestOrder()
        var lastRequest: UInt64 = 0
        var departing: [UInt64: Departure] = [:]
        var arriving: [Arrival.Key: Arrival] = [:]
        var channels: [String: KeeperChannel] = [:]
        /// The nodes whose link was said to be up.
        var linked: Set<String> = []
        /// Changes of the keeper that are not durable, in their order.
        var changes: [(change: KeeperChange, ticket: UInt64)] = []
        var isWriting = false
        /// The shards that are being sent, and those that are coming or came and are not kept yet.
        var exports: [ShardIndex: BundleSender] = [:]
        var arrivals: [ShardIndex: BundleReceiver] = [:]
        /// What goes with the rows of a shard that has come to rest: there before it is said to be drained.
        var handovers: [ShardIndex: [UInt8]] = [:]
        /// What came with kept bundles, as far as this process was there.
        var keptHandovers: [ShardIndex: (transfer: ShardTransfer, handover: [UInt8])] = [:]
        /// What came with shards that were taken: there before they are opened.
        var arrivedHandovers: [ShardIndex: [UInt8]] = [:]
        /// Whether it was said that this node, which is to go, has nothing any more.
        var hasLeft = false
        var steps = ReadyQueue<Step>()
        var isPerforming = false
        /// The shards that come to rest, or are at rest and not given away yet.
        var drains: [ShardIndex: ShardDrain] = [:]
        /// How many events of shards that are not open are let in and have not entered yet.
        var entering: [ShardIndex: Int] = [:]
        var hasBegun = false
        var isStopped = false
    }

    let host: HostCore
    let store: KeeperStore
    let membershipStore: any ClusterStore
    let handles: HandleTable
    let open = OpenShards()
    let linksBox = Late<PeerLinks>()
    let state: Mutex<State>
    let settings: ClusterSettings

    /// Makes a host that has served nothing yet a node of a cluster; it begins when the host is started.
    ///
    /// - Throws: ``ClusterError`` where the node's data and the membership do not fit, or the store's error.
    package init(
        name: String,
        secret: [UInt8],
        host: HostCore,
        membership: ClusterMembership,
        rereading membershipStore: any ClusterStore,
        dialler: any LinkDialler,
        settings: ClusterSettings = ClusterSettings()
    ) throws {
        self.host = host
        self.membershipStore = membershipStore
        self.settings = settings
        store = KeeperStore(objects: host.objects)
        let record = try store.read()
        let keeper = try ShardKeeper(
            name: name,
            record: record,
            membership: membership,
            hasRows: try store.hasRows(),
            settings: settings.keeper
        )
        // One that has left goes on until it has given all away.
        guard keeper.membership.node(named: name) != nil || record.membership != nil else {
            throw ClusterError(.invalid, "The membership has no node named \"\(name)\".")
        }
        try store.dropLeftovers(of: record)
        state = Mutex(State(keeper: keeper))
        handles = HandleTable(of: name, host.world, patience: settings.patience)
        let links = PeerLinks(
            name: name,
            secret: secret,
            world: host.world,
            dialler: dialler,
            limits: settings.links,
            log: host.log,
            heard: { [weak self] peer, _ in self?.heard(peer) },
            accept: { [weak self] in
                self?.accept($0, StreamKind(rawValue: $1), $2, $3) ?? RefusedStream(refusing: $3)
            }
        )
        linksBox.set(links)
        host.setForwarder(self)
    }

    /// Finds this node's shards and seeks the other nodes, which must not be let in before; the second time it does nothing.
    package func begin() {
        let begins = state.withLock { state in
            defer { state.hasBegun = true }
            return !state.hasBegun
        }
        guard begins else { return }
        decide { state in [.follow(state.keeper.membership)] + state.keeper.start().map { .keeper($0) } }
        tick()
    }

    /// This node as the membership has it; nil once it has left.
    package var node: ClusterNode? { state.withLock { $0.keeper.membership }.node(named: links.name) }

    /// The ways to the other nodes; a server gives the connections it accepts to them.
    package var links: PeerLinks { linksBox.value }

    /// How far this node has come with its membership.
    package var standing: ClusterStanding { state.withLock { $0.keeper.standing } }

    /// How many handles other nodes hold of this one's, and how many that came are not taken up.
    package var handleCount: Int { handles.count }

    /// Ends what this node does for others.
    package func stop() async {
        state.withLock { $0.isStopped = true }
        await links.stop(within: settings.goodbye)
    }

    package func isOpen(_ shard: ShardIndex) -> Bool { open.contains(shard) }

    package func serves(_ shard: ShardIndex) -> Bool {
        open.contains(shard) || state.withLock { $0.keeper.route(shard) == .serveHere }
    }

    package func owns(_ shard: ShardIndex) -> Bool {
        open.contains(shard) || state.withLock { $0.keeper.isOwned(shard) }
    }

    package func take(_ event: ObjectEvent, of cell: ObjectCell, from caller: ObjectCell?) {
        let shard = cell.id.shard
        let due = host.world.clock.coarseUptimeNanoseconds + settings.patience
        let departure = Departure(event: event, cell: cell, caller: caller, due: due)
        // Who brings it may hold locks, so nothing is performed for what never goes elsewhere.
        if event.staysHere { return takeHere(departure) }
        var begun: (id: UInt64, waits: Bool)?
        var enters = false
        decide { state in
            // It may have been opened since it was asked; nothing that came before is on its way in then.
            if open.contains(shard) { return [] }
            enters = self.enters(departure, &state)
            if enters { return [] }
            state.lastRequest += 1
            let id = state.lastRequest
            state.departing[id] = departure
            let actions = state.order.begin(id, shard, state.keeper)
            begun = (id, state.order.waiting(shard).last == id)
            return actions.map { .request($0) }
        }
        if enters { return enter(departure) }
        guard let begun else { return cell.submit(event, from: caller) }
        if begun.waits { giveUpLater(begun.id, departure) }
    }

    /// Gives a request up in time if it waits then; what has left, or runs here, is not given up.
    func giveUpLater(_ id: UInt64, _ departure: Departure) {
        let shard = departure.cell.id.shard
        departure.setTimer {
            host.world.scheduler.schedule(atUptime: departure.due) { [weak self] in self?.giveUp(id, shard) }
        }
    }

    private func giveUp(_ id: UInt64, _ shard: ShardIndex) {
        let departure = state.withLock { state -> Departure? in
            if state.order.giveUp(id) { return state.departing.removeValue(forKey: id) }
            state.departing[id]?.forgetTimer()
            return nil
        }
        departure?.event.refuse(ForwardingFailure.unavailable(whyItWaits(shard)))
    }

    func whyItWaits(_ shard: ShardIndex) -> String {
        let (place, isLeaving) = state.withLock { ($0.keeper.map.owner(of: shard), $0.drains[shard] != nil) }
        if isLeaving { return "The object's shard, \(shard.value), is on its way to the node \(place)." }
        return place == links.name
            ? "The object's shard, \(shard.value), has not come to its node, \(place), yet."
            : "The node \(place), which has the object, cannot be reached."
    }

    // MARK: - Deciding and performing

    /// Changes the state by a decision, then has what follows from it performed.
    func decide(_ body: (inout State) -> [Step]) {
        let performs = state.withLock { state in
            for step in body(&state) { state.steps.append(step) }
            guard !state.steps.isEmpty, !state.isPerforming else { return false }
            state.isPerforming = true
            return true
        }
        if performs { performSteps() }
    }

    private func performSteps() {
        while let step = nextStep() {
            switch step {
            case .request(let action): perform(action)
            case .keeper(let action): perform(action)
            case .open: break
            case .follow(let membership): follow(membership)
            }
        }
    }

    private func nextStep() -> Step? {
        state.withLock { state in
            guard let step = state.steps.popFirst() else {
                state.isPerforming = false
                return nil
            }
            if case .open(let shard) = step, state.isQuiet(shard) { open.insert(shard) }
            return step
        }
    }
}

extension ClusterForwarder.State {
    /// Whether everything that has come for a shard's objects has entered one.
    fileprivate func isQuiet(_ shard: ShardIndex) -> Bool {
        keeper.route(shard) == .serveHere && order.isIdle(shard)
            && !departing.values.contains { $0.cell.id.shard == shard }
            && !arriving.values.contains { $0.call.shard == shard }
    }
}
