internal import DurableActors
internal import Locks

/// What the keeper asks for, and what it is told.
extension ClusterForwarder {
    /// Tells the keeper something.
    package func keeper(_ event: KeeperEvent) {
        decide { state in
            let epoch = state.keeper.membership.epoch
            var steps = state.keeper.handle(event).map { Step.keeper($0) }
            let membership = state.keeper.membership
            if membership.epoch != epoch { steps.insert(.follow(membership), at: 0) }
            if case .stored = event { state.noteLeaving(links.name, host.log) }
            return steps
        }
    }

    func perform(_ action: KeeperAction) {
        switch action {
        case .store(let change, let ticket): write(change, ticket)
        case .send(let message, let peer): say(message, to: peer)
        case .open(let shards):
            for shard in shards { stopSending(shard) }
            begin(shards)
        case .drain(let shard, let transfer): drain(shard, transfer)
        case .close(let shard): close(shard)
        case .reroute: decide { state in state.order.reroute(state.keeper).map { .request($0) } }
        case .readMembership: readMembership()
        case .reject(let error): host.log.error("The cluster's membership is refused: \(error)")
        case .sendBundle(let shard, let transfer, let peer): sendBundle(shard, transfer, to: peer)
        }
    }

    /// A shard is served from now on; what waited for it goes first.
    func reconsider(_ shard: ShardIndex) {
        decide { state in
            state.order.reconsider(shard, state.keeper).map { .request($0) } + [.open(shard)]
        }
    }

    private func readMembership() {
        Task(executorPreference: host.world.scheduler.taskExecutor) { [self] in
            do {
                keeper(.membership(try await membershipStore.newest()))
            } catch {
                host.log.error("The cluster's membership cannot be read: \(error)")
            }
        }
    }

    /// Reads the membership again, as when the operator has changed it.
    package func reread() { readMembership() }

    func tick() {
        let due = host.world.clock.uptimeNanoseconds + settings.tick
        _ = host.world.scheduler.schedule(atUptime: due) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            keeper(.tick)
            tick()
        }
    }

    // MARK: - Links

    /// Reaches the nodes of a membership; links to others stay for as long as those keep them up.
    func follow(_ membership: ClusterMembership) {
        links.setPeers(membership.nodes, epoch: membership.epoch)
        for node in membership.nodes where node.name != links.name { openChannel(to: node.name) }
    }

    /// A link to a node stands, which may be one that this node does not know.
    func heard(_ peer: String) {
        guard let channel = state.withLock({ $0.channels[peer] }) else { return openChannel(to: peer) }
        // Else whoever is opening it looks whether the link stands.
        if channel.hasBegun { linkUp(peer) }
    }

    /// A channel's link stands: told once for each channel, so that nothing that went over the link is taken for lost.
    private func linkUp(_ peer: String) {
        decide { state in
            guard state.channels[peer] != nil, state.linked.insert(peer).inserted else { return [] }
            return state.order.linkUp(peer).map { .request($0) }
                + state.keeper.handle(.linkUp(peer)).map { .keeper($0) }
        }
    }

    /// Opens the stream that stands while the link does, and has that made; does nothing where there is one.
    func openChannel(to peer: String) {
        let channel = KeeperChannel(peer, self)
        let isFirst = state.withLock { state in
            guard !state.isStopped, state.channels[peer] == nil else { return false }
            state.channels[peer] = channel
            return true
        }
        guard isFirst else { return }
        do {
            let link = try links.link(to: peer)
            let stream = try link.open(kind: StreamKind.keeper.rawValue, message: [], receiver: channel)
            stream.stand()
            channel.begin(stream)
            // Where the link stands already, nobody tells a second time.
            if link.isUp { linkUp(peer) }
        } catch {
            host.log.error("No channel to node \(peer): \(error)")
            state.withLock { state in
                if state.channels[peer] === channel { state.channels[peer] = nil }
            }
        }
    }

    func channelEnded(_ channel: KeeperChannel, to peer: String) {
        var dropped: [Arrival] = []
        decide { state in
            guard state.channels[peer] === channel else { return [] }
            state.channels[peer] = nil
            state.linked.remove(peer)
            for key in state.arriving.keys where key.peer == peer {
                if let arrival = state.arriving.removeValue(forKey: key) { dropped.append(arrival) }
            }
            return state.order.linkDown(peer).map { .request($0) }
                + state.keeper.handle(.linkDown(peer)).map { .keeper($0) }
        }
        for arrival in dropped { arrival.stream.reset(.cancelled) }
        handles.lost(peer)
        let due = host.world.clock.uptimeNanoseconds + settings.pause
        _ = host.world.scheduler.schedule(atUptime: due) { [weak self] in self?.reopenChannel(to: peer) }
    }

    /// A node that has left is not sought: it makes a link as long as it needs one.
    private func reopenChannel(to peer: String) {
        let isMember = state.withLock { $0.keeper.membership.node(named: peer) != nil }
        if isMember || links.isUp(peer) { openChannel(to: peer) }
    }

    private func say(_ message: ShardMessage, to peer: String) {
        guard let channel = state.withLock({ $0.channels[peer] }) else { return }
        do {
            channel.say(try ValueCodec.encode(message))
        } catch {
            host.log.error("A message to node \(peer) cannot be encoded: \(error)")
        }
    }
}

extension ClusterForwarder.State {
    /// Says once when a node that has left the membership has given all away.
    fileprivate mutating func noteLeaving(_ name: String, _ log: EventLog) {
        guard keeper.membership.node(named: name) == nil, keeper.hasNothing else { return hasLeft = false }
        if !hasLeft { log.notice("This node has left its cluster and given all it had away: it may be stopped.") }
        hasLeft = true
    }
}
