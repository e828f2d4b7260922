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
    }

    struct State: ~Copyable {
        var keeper: ShardKeeper
        var order = RequestOrder()
        var lastRequest: UInt64 = 0
        var departing: [UInt64: Departure] = [:]
        var arriving: [Arrival.Key: Arrival] = [:]
        var channels: [String: KeeperChannel] = [:]
        var steps = ReadyQueue<Step>()
        var isPerforming = false
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
        store = KeeperStore(store: host.objects.store)
        let record = try store.read()
        if let known = record.membership, known.epoch < membership.epoch, Set(known.nodes) != Set(membership.nodes) {
            throw ClusterError(.conflict, "Nodes of a cluster that has objects cannot be changed yet.")
        }
        let keeper = try ShardKeeper(name: name, record: record, membership: membership, hasRows: try store.hasRows())
        guard keeper.membership.node(named: name) != nil else {
            throw ClusterError(.invalid, "The membership has no node named \"\(name)\".")
        }
        state = Mutex(State(keeper: keeper))
        handles = HandleTable(host.world)
        let links = PeerLinks(
            name: name,
            secret: secret,
            world: host.world,
            dialler: dialler,
            limits: settings.links,
            log: host.log,
            heard: { [weak self] peer, _ in self?.linkUp(peer) },
            accept: { [weak self] in
                self?.accept($0, StreamKind(rawValue: $1), $2, $3) ?? RefusedStream(refusing: $3)
            }
        )
        linksBox.set(links)
        host.setForwarder(self)
    }

    /// Finds this node's shards and seeks the other nodes, which must not be let in before; the second time it does nothing.
    package func begin() {
        let begun = state.withLock { state -> ClusterMembership? in
            defer { state.hasBegun = true }
            return state.hasBegun ? nil : state.keeper.membership
        }
        guard let membership = begun else { return }
        links.setPeers(membership.nodes, epoch: membership.epoch)
        decide { state in state.keeper.start().map { .keeper($0) } }
        for node in membership.nodes where node.name != links.name { openChannel(to: node.name) }
        tick()
    }

    /// The ways to the other nodes; a server gives the connections it accepts to them.
    package var links: PeerLinks { linksBox.value }

    /// Ends what this node does for others.
    package func stop() async {
        state.withLock { $0.isStopped = true }
        await links.stop(within: settings.goodbye)
    }

    package func isOpen(_ shard: ShardIndex) -> Bool { open.contains(shard) }

    package func take(_ event: ObjectEvent, of cell: ObjectCell) {
        let shard = cell.id.shard
        let departure = Departure(event: event, cell: cell)
        var waiting: UInt64?
        decide { state in
            // It may have been opened since it was asked; nothing that came before is on its way in then.
            if open.contains(shard) { return [] }
            state.lastRequest += 1
            waiting = state.lastRequest
            state.departing[state.lastRequest] = departure
            return state.order.begin(state.lastRequest, shard, state.keeper).map { .request($0) }
        }
        guard let id = waiting else { return cell.admit(event) }
        let due = host.world.clock.uptimeNanoseconds + settings.patience
        // What has left, or runs here, is not given up.
        departure.setTimer(
            host.world.scheduler.schedule(atUptime: due) { [weak self] in self?.giveUp(id, shard) }
        )
    }

    private func giveUp(_ id: UInt64, _ shard: ShardIndex) {
        let departure = state.withLock { state in
            state.order.giveUp(id) ? state.departing.removeValue(forKey: id) : nil
        }
        departure?.event.refuse(ForwardingFailure.unavailable(whyItWaits(shard)))
    }

    private func whyItWaits(_ shard: ShardIndex) -> String {
        let place = state.withLock { $0.keeper.map.owner(of: shard) }
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
