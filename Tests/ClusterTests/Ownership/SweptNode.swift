import Cluster
import DurableActors
import DurableActorsTestKit

/// A node that comes and goes: its disk stays, and while it runs it has a keeper, requests and events.
final class SweptNode {
    /// One event of an object.
    struct Event {
        enum Cause {
            case client(UInt64)
            case peer(ShardRequest, String)
            case alarm(UInt64)
        }
        enum Stage { case begun, writing, durable }
        let number: Int
        let cause: Cause
        let shard: ShardIndex
        let object: Int
        var stage = Stage.begun
    }

    /// What a crash ends.
    struct Process {
        var keeper: ShardKeeper
        var order = RequestOrder()
        var queue: [SweptDisk.Write] = []
        var events: [Event] = []
        var open: Set<ShardIndex> = []
        var drains: [ShardIndex: ShardTransfer] = [:]
        /// What is done here and the keeper does not know yet.
        var news: [KeeperEvent] = []
        var connections: [String: Int] = [:]
        /// Stubs of this life, by number, with the number of their last call.
        var stubs: [Int: Int] = [:]
        var wantsMembership = false
    }

    let name: String
    unowned let cluster: SweptCluster
    var disk = SweptDisk()
    var process: Process?
    var pausedUntil = 0
    private(set) var life = 0
    private var lastEvent = 0
    private var random: SeededRandom { cluster.random }

    init(name: String, cluster: SweptCluster) {
        self.name = name
        self.cluster = cluster
    }

    // MARK: Life

    func start(_ membership: ClusterMembership) {
        life += 1
        do {
            let keeper = try ShardKeeper(
                name: name,
                record: disk.record,
                membership: membership,
                hasRows: !disk.rows.isEmpty,
                settings: cluster.settings
            )
            process = Process(keeper: keeper)
            perform(process?.keeper.start() ?? [])
        } catch {
            cluster.ledger.fail("\(name) cannot start: \(error)")
        }
    }

    func crash() {
        process = nil
        cluster.ledger.abandon(name, life: life)
        cluster.network.forget(name, random)
    }

    func serves(_ shard: ShardIndex) -> Bool {
        guard let process else { return false }
        return process.keeper.route(shard) == .serveHere || process.events.contains { $0.shard == shard }
    }

    // MARK: What the keeper and the requests ask for

    func tell(_ event: KeeperEvent, bundle: SweptDisk.Rows? = nil) {
        guard let epoch = process?.keeper.membership.epoch else { return }
        perform(process?.keeper.handle(event) ?? [], bundle: bundle)
        if let process, process.keeper.membership.epoch < epoch { cluster.ledger.fail("\(name)'s epoch has fallen") }
    }

    func perform(_ actions: [KeeperAction], bundle: SweptDisk.Rows? = nil) {
        for action in actions {
            if cluster.strikes() { crash() }
            guard process != nil else { return }
            switch action {
            case .store(let change, let ticket):
                process?.queue.append(.change(change, ticket: ticket, bundle: bundle))
            case .send(let message, let peer): post(.message(message), to: peer)
            case .sendBundle(let shard, let transfer, let peer):
                post(.bundle(shard, transfer, disk.rows[shard] ?? [:]), to: peer)
                process?.news.append(.bundleSent(shard, transfer))
            case .open(let shards):
                for shard in shards {
                    process?.open.insert(shard)
                    process?.drains[shard] = nil
                }
                for shard in shards { order { $0.reconsider(shard, $1) } }
            case .drain(let shard, let transfer): process?.drains[shard] = transfer
            case .close(let shard):
                process?.open.remove(shard)
                process?.drains[shard] = nil
                order { $0.reconsider(shard, $1) }
            case .reroute: order { $0.reroute($1) }
            case .readMembership: process?.wantsMembership = true
            case .reject: cluster.rejected += 1
            }
        }
    }

    private func post(_ content: SweptNetwork.Letter.Content, to peer: String) {
        cluster.network.letters.append(SweptNetwork.Letter(from: name, to: peer, content: content))
    }

    func order(_ change: (inout RequestOrder, ShardKeeper) -> [RequestAction]) {
        guard let keeper = process?.keeper, var order = process?.order else { return }
        let actions = change(&order, keeper)
        process?.order = order
        for action in actions where process != nil { perform(action) }
    }

    private func perform(_ action: RequestAction) {
        switch action {
        case .serve(let id): admit(.client(id), call: id)
        case .servePeers(let request, let peer): admit(.peer(request, peer), call: request.id)
        case .send(let request, let peer): send(.request(request), to: peer)
        case .refuse(let request, let peer, let elsewhere, let epoch):
            send(.refusal(request, elsewhere: elsewhere, epoch: epoch), to: peer)
        case .fail(let id): lose(id)
        case .keeper(let action): perform([action])
        }
    }

    func send(_ item: SweptNetwork.Item, to peer: String) {
        cluster.network.send(item, from: name, to: peer, over: process?.connections[peer])
    }

    // MARK: Events

    private func admit(_ cause: Event.Cause, call id: UInt64) {
        guard let call = cluster.ledger.calls[id] else { return }
        begin(cause, call.shard, call.object)
        cluster.ledger.run(id)
    }

    func begin(_ cause: Event.Cause, _ shard: ShardIndex, _ object: Int) {
        if process?.open.contains(shard) != true { cluster.ledger.fail("\(name) serves a shard that is not open") }
        cluster.checkOwner(shard, name)
        lastEvent += 1
        process?.events.append(Event(number: lastEvent, cause: cause, shard: shard, object: object))
    }

    /// Moves one event on.
    func run(_ place: Int) {
        guard let event = process?.events[place] else { return }
        switch event.stage {
        case .begun:
            let edit: SweptDisk.Edit
            switch event.cause {
            case .client(let id): edit = call(id)
            case .peer(let request, _): edit = call(request.id)
            case .alarm(let alarm):
                cluster.ledger.ring(alarm)
                edit = .alarm(alarm)
            }
            cluster.checkOwner(event.shard, name)
            process?.events[place].stage = .writing
            process?.queue.append(.edit(edit, event: event.number, event.shard, object: event.object))
        case .writing: break
        case .durable:
            process?.events.remove(at: place)
            end(event, acknowledged: true)
        }
    }
    private func call(_ id: UInt64) -> SweptDisk.Edit {
        .call(id, setsAlarm: cluster.ledger.calls[id]?.setsAlarm ?? false)
    }

    private func end(_ event: Event, acknowledged: Bool) {
        switch event.cause {
        case .client(let id):
            if acknowledged { cluster.ledger.acknowledge(id) }
            cluster.ledger.end(id)
        case .peer(let request, let peer):
            if acknowledged { cluster.ledger.acknowledge(request.id) }
            send(.answer(request.id), to: peer)
        case .alarm: break
        }
    }
}
