internal import DurableActors
internal import Locks

/// The rows of shards, on their way between nodes.
extension ClusterForwarder {
    // MARK: - Giving

    func sendBundle(_ shard: ShardIndex, _ transfer: ShardTransfer, to peer: String) {
        let sender = BundleSender(shard, transfer, self)
        let (old, handover) = state.withLock { state in
            (state.exports.updateValue(sender, forKey: shard), state.handovers[shard])
        }
        old?.stop()
        sender.begin(to: peer, handover: handover ?? [])
    }

    /// A shard is served here again: whatever of it is being sent ends.
    func stopSending(_ shard: ShardIndex) { state.withLock { $0.exports.removeValue(forKey: shard) }?.stop() }

    func bundleSent(_ sender: BundleSender) {
        state.withLock { state in
            if state.exports[sender.shard] === sender { state.exports[sender.shard] = nil }
        }
        keeper(.bundleSent(sender.shard, sender.transfer))
    }

    // MARK: - Taking

    /// Takes a bundle's stream where that would be news.
    func bundleComes(_ opening: BundleOpening, from peer: String, _ stream: LinkStream) -> any LinkReceiver {
        let receiver = BundleReceiver(opening, from: peer, self)
        let (isWanted, old) = state.withLock { state -> (Bool, BundleReceiver?) in
            guard state.keeper.awaits(opening.shard, opening.transfer) else { return (false, nil) }
            return (true, state.arrivals.updateValue(receiver, forKey: opening.shard))
        }
        guard isWanted else {
            stream.reset(.refused(code: 0, text: "It is not wanted."))
            return RefusedStream()
        }
        old?.cancel()
        return receiver
    }

    /// A bundle has come whole.
    func arrived(_ receiver: BundleReceiver) {
        let (shard, transfer) = (receiver.shard, receiver.transfer)
        var isKept = false
        decide { state in
            guard state.arrivals[shard] === receiver else { return [] }
            let actions = state.keeper.handle(.bundle(shard, transfer, from: receiver.peer))
            isKept = !actions.isEmpty
            if !isKept { state.arrivals[shard] = nil }
            return actions.map { .keeper($0) }
        }
        if !isKept { receiver.discard() }
    }

    /// A bundle will not come.
    func gaveUp(_ receiver: BundleReceiver) {
        state.withLock { state in
            if state.arrivals[receiver.shard] === receiver { state.arrivals[receiver.shard] = nil }
        }
    }

    // MARK: - Writing

    /// Makes a change durable after all earlier ones; those that wait for the disk together share a commit.
    func write(_ change: KeeperChange, _ ticket: UInt64) {
        let starts = state.withLock { state in
            state.changes.append((change, ticket))
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if starts { host.world.scheduler.runBlocking { [self] in writeChanges() } }
    }

    private func writeChanges() {
        while true {
            let (changes, arrivals) = state.withLock { state in
                if state.changes.isEmpty { state.isWriting = false }
                return (state.changes, state.arrivals(of: state.changes.map(\.change)))
            }
            if changes.isEmpty { return }
            do {
                let taken = try store.write(changes.map(\.change), arrivals)
                for next in taken.values { host.raiseObjectNumbers(to: next) }
            } catch {
                host.log.error("The node's place in the cluster cannot be written: \(error)")
                let due = host.world.clock.uptimeNanoseconds + settings.tick
                _ = host.world.scheduler.schedule(atUptime: due) { [self] in
                    host.world.scheduler.runBlocking { [self] in writeChanges() }
                }
                return
            }
            state.withLock { $0.changes.removeFirst(changes.count) }
            for (change, ticket) in changes {
                noteWritten(change)
                keeper(.stored(ticket: ticket))
            }
        }
    }

    /// What came with rows for the memory of the process follows them, as far as that lives.
    private func noteWritten(_ change: KeeperChange) {
        guard let shard = change.shards.keys.first else { return }
        for effect in change.rows {
            switch effect {
            case .keepBundle(let transfer):
                state.withLock { state in
                    guard let arrival = state.arrivals.removeValue(forKey: shard) else { return }
                    state.keptHandovers[shard] = (transfer, arrival.handover)
                }
            case .importBundle(let transfer):
                state.withLock { state in
                    guard let kept = state.keptHandovers.removeValue(forKey: shard), kept.transfer == transfer
                    else { return }
                    state.arrivedHandovers[shard] = kept.handover
                }
            case .dropBundle:
                state.withLock { $0.keptHandovers[shard] = nil }
                do {
                    try host.objects.dropArrived(shard)
                } catch {
                    host.log.error(
                        "What is left of a bundle of shard \(shard.value) stays until the next start: \(error)"
                    )
                }
            case .dropRows: break
            }
        }
    }
}

extension ClusterForwarder.State {
    /// The bundles that changes keep.
    fileprivate func arrivals(of changes: [KeeperChange]) -> [ShardIndex: BundleReceiver] {
        var found: [ShardIndex: BundleReceiver] = [:]
        for change in changes {
            for (shard, state) in change.shards {
                guard case .staged(let transfer, _) = state, change.rows.contains(.keepBundle(transfer)) else {
                    continue
                }
                guard let arrival = arrivals[shard], arrival.transfer == transfer else {
                    preconditionFailure("A bundle is kept that has not come.")
                }
                found[shard] = arrival
            }
        }
        return found
    }
}
