import Cluster
import DurableActors
import DurableActorsTestKit

/// The steps that a running node takes, each when the seed says.
extension SweptNode {
    func commitNext() {
        guard process?.queue.isEmpty == false, let write = process?.queue.removeFirst() else { return }
        if let text = disk.commit(write) { cluster.ledger.fail("\(name): \(text)") }
        switch write {
        case .change(let change, let ticket, _):
            cluster.checkRecords(change.shards.keys.sorted(), at: self)
            tell(.stored(ticket: ticket))
        case .edit(_, let event, _, _):
            guard let place = process?.events.firstIndex(where: { $0.number == event }) else { return }
            process?.events[place].stage = .durable
        }
    }

    func runNext() {
        let ready = process?.events.indices.filter { process?.events[$0].stage != .writing } ?? []
        if !ready.isEmpty { run(ready[cluster.random.below(ready.count)]) }
    }

    /// Hears one thing from one peer.
    func receive() {
        let peers = cluster.nodes.map(\.name).filter { $0 != name }
        let first = cluster.random.below(max(1, peers.count))
        for offset in peers.indices {
            let peer = peers[(first + offset) % peers.count]
            if let item = cluster.network.receive(name, from: peer) { return take(item, from: peer) }
        }
    }

    private func take(_ item: SweptNetwork.Item, from peer: String) {
        guard process != nil else { return }
        switch item {
        case .up(let connection):
            process?.connections[peer] = connection
            order { order, _ in order.linkUp(peer) }
            tell(.linkUp(peer))
        case .down:
            process?.connections[peer] = nil
            order { order, _ in order.linkDown(peer) }
            tell(.linkDown(peer))
        case .request(let request): order { $0.arrived(request, from: peer, $1) }
        case .refusal(let request, let elsewhere, let epoch):
            order { $0.refused(request, elsewhere: elsewhere, epoch: epoch, $1) ?? [] }
        case .answer(let id):
            process?.order.answered(id)
            cluster.ledger.end(id)
        }
    }

    /// Tells the keeper one thing that has happened here, or that a shard has come to rest.
    func tellNews() {
        guard let process else { return }
        if !process.news.isEmpty {
            let news = self.process?.news.remove(at: cluster.random.below(process.news.count))
            if let news { tell(news) }
            return
        }
        for (shard, transfer) in process.drains.sorted(by: { $0.key < $1.key }) {
            if cluster.random.below(8) == 0 { cutShort(shard) }
            guard let process = self.process, !process.events.contains(where: { $0.shard == shard }),
                !process.queue.contains(where: { $0.isOf(shard) })
            else { continue }
            self.process?.drains[shard] = nil
            return tell(.drained(shard, transfer))
        }
    }

    /// Events that take too long for a move are ended; what they have asked to be written is.
    private func cutShort(_ shard: ShardIndex) {
        for event in process?.events ?? [] where event.shard == shard {
            process?.events.removeAll { $0.number == event.number }
            switch event.cause {
            case .client(let id): lose(id)
            case .peer(let request, let peer): send(.answer(request.id), to: peer)
            case .alarm: break
            }
        }
    }

    /// Rings an alarm of a shard that is open and not at its end.
    func ring() {
        guard let process else { return }
        for shard in process.open.sorted() where process.keeper.route(shard) == .serveHere {
            for (object, rows) in (disk.rows[shard] ?? [:]).sorted(by: { $0.key < $1.key }) {
                for alarm in rows.alarms.sorted() {
                    let runs = process.events.contains { event in
                        if case .alarm(alarm) = event.cause { true } else { false }
                    }
                    if !runs { return begin(.alarm(alarm), shard, object) }
                }
            }
        }
    }

    // MARK: Clients

    /// A client calls an object, through a stub that it has or a new one.
    func call() {
        guard let process else { return }
        let random = cluster.random
        var stub = random.below(cluster.objects * 4)
        let shard = ShardIndex(UInt16(stub % cluster.settings.shards))
        let object = stub % cluster.objects
        stub += (life * 100 + (cluster.nodes.firstIndex { $0 === self } ?? 0)) * 100_000
        // A stub that has lost a call is never used again.
        while cluster.brokenStubs.contains(stub) { stub += cluster.objects * 4 }
        let number = process.stubs[stub, default: 0] + 1
        self.process?.stubs[stub] = number
        let id = cluster.nextCall()
        cluster.ledger.begin(
            id,
            SweptLedger.Call(
                stub: stub,
                number: number,
                shard: shard,
                object: object,
                setsAlarm: random.below(4) == 0,
                node: name,
                life: life
            )
        )
        order { $0.begin(id, shard, $1) }
    }

    /// A call may have run or not: its stub is broken, and those behind it that wait here are taken back.
    func lose(_ id: UInt64) {
        cluster.ledger.end(id)
        guard let stub = cluster.ledger.calls[id]?.stub else { return }
        cluster.brokenStubs.insert(stub)
        for other in cluster.ledger.waiting.sorted() where cluster.ledger.calls[other]?.stub == stub {
            if process?.order.giveUp(other) == true { cluster.ledger.end(other) }
        }
    }
}
