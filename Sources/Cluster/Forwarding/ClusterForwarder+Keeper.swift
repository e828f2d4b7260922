internal import DurableActors
internal import Locks

/// What the keeper asks for, and what it is told.
extension ClusterForwarder {
    /// Tells the keeper something.
    package func keeper(_ event: KeeperEvent) {
        decide { state in state.keeper.handle(event).map { .keeper($0) } }
    }

    func perform(_ action: KeeperAction) {
        switch action {
        case .store(let change, let ticket): write(change, ticket)
        case .send(let message, let peer): say(message, to: peer)
        case .open(let shards): begin(shards)
        case .drain(let shard, let transfer): drain(shard, transfer)
        case .close(let shard): close(shard)
        case .reroute: decide { state in state.order.reroute(state.keeper).map { .request($0) } }
        case .readMembership: readMembership()
        case .reject(let error): host.log.error("The cluster's membership is refused: \(error)")
        case .sendBundle, .ignoreBundle:
            if let performs = settings.performsBundles { return performs(action) }
            host.log.error("Shards cannot be moved between nodes yet: \(action)")
        }
    }

    private func write(_ change: KeeperChange, _ ticket: UInt64) {
        host.world.scheduler.runBlocking { [self] in
            do {
                try store.write(change)
                keeper(.stored(ticket: ticket))
            } catch {
                host.log.error("The node's place in the cluster cannot be written: \(error)")
                let due = host.world.clock.uptimeNanoseconds + settings.tick
                _ = host.world.scheduler.schedule(atUptime: due) { [weak self] in self?.write(change, ticket) }
            }
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
                let newest = try await membershipStore.newest()
                guard Set(newest.nodes) == Set(state.withLock { $0.keeper.membership.nodes }) else {
                    return host.log.error("The nodes of a running cluster cannot be changed yet.")
                }
                keeper(.membership(newest))
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

    func linkUp(_ peer: String) {
        decide { state in
            state.order.linkUp(peer).map { .request($0) } + state.keeper.handle(.linkUp(peer)).map { .keeper($0) }
        }
    }

    /// Opens the stream that stands while the link does, and has that made.
    func openChannel(to peer: String) {
        guard !state.withLock({ $0.isStopped }) else { return }
        let channel = KeeperChannel(peer, self)
        state.withLock { $0.channels[peer] = channel }
        do {
            let link = try links.link(to: peer)
            let stream = try link.open(kind: StreamKind.keeper.rawValue, message: [], receiver: channel)
            channel.begin(stream)
            // Where the link stands again already, nobody tells a second time.
            if link.isUp { linkUp(peer) }
        } catch {
            host.log.error("No channel to node \(peer): \(error)")
        }
    }

    func channelEnded(_ channel: KeeperChannel, to peer: String) {
        let isCurrent = state.withLock { $0.channels[peer] === channel }
        guard isCurrent else { return }
        decide { state in
            state.order.linkDown(peer).map { .request($0) } + state.keeper.handle(.linkDown(peer)).map { .keeper($0) }
        }
        handles.lost(peer)
        let due = host.world.clock.uptimeNanoseconds + settings.pause
        _ = host.world.scheduler.schedule(atUptime: due) { [weak self] in self?.openChannel(to: peer) }
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
