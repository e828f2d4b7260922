import Cluster
import DurableActors
import DurableActorsTestKit

/// A cluster of whole hosts under one seed: objects are called, rung and talk over sockets while their shards move and nodes
/// crash, lose connections or hear of them late; then all faults stop, and everything must be as was said.
final class MoveSweep {
    private typealias Cluster = SimulatedCluster<ScribeClient.Scribes>

    private static let nodes = ["a", "b", "c"]

    let ledger = ScribeLedger()
    private(set) var crashes = 0
    private(set) var moves = 0
    private let cluster: Cluster
    private let random: SeededRandom
    private let names: [String]
    private let shards: Set<ShardIndex>
    private var clients: [ScribeClient] = []
    /// Whether nothing but moves happens, so that no call may fail.
    private let isCalm: Bool
    /// Where shards with objects were served last.
    private var places: [ShardIndex: String] = [:]
    private var held: [SimulatedPipe] = []

    /// Makes one that is calm as the seed says, unless told.
    ///
    /// With `mixesDoors` clients are wrong: they take stubs of several nodes for one.
    init(
        seed: UInt64,
        isCalm: Bool? = nil,
        faults: DeliberateFaults = [],
        mixesDoors: Bool = false
    ) throws {
        random = SeededRandom(seed: seed)
        let isCalmBySeed = random.below(4) == 0
        self.isCalm = isCalm ?? isCalmBySeed
        var options = Cluster.Options()
        options.isLogged = random.below(2) == 0
        options.limits.faults = faults
        options.settings.bundlePart = 256
        options.settings.bundleBytes = 1 << 10
        // A connection that is silent is soon given up.
        options.settings.links.ping = 100_000_000
        options.settings.links.silence = 300_000_000
        options.settings.rest = 400_000_000
        let weather = SimulatedNetwork.Weather(
            delay: [500_000, 3_000_000, 12_000_000][random.below(3)],
            piece: random.below(2) == 0 ? .max : 100
        )
        let ledger = ledger
        cluster = try Cluster(seed: seed, nodes: 3, weather: weather, options: options) { runtime in
            let scribes = try runtime.register(Scribe.self, binding: "S", uniqueKey: "s")
            try runtime.start(environment: ledger)
            return scribes
        }
        names = Self.names(cluster)
        let objects = cluster.nodes[0].bindings
        shards = Set(names.map { objects.idFromName($0).shard })
        try cluster.world.advance(by: .milliseconds(50))
        for (number, node) in cluster.nodes.enumerated() {
            let doors = mixesDoors ? cluster.nodes.map(\.bindings) : [node.bindings]
            clients.append(ScribeClient(number, cluster.world, ledger, names, doors))
        }
    }

    // MARK: Memberships

    /// Few shards move by each of these, and back by the next.
    private static let weights: [[Double]] = [[1, 1, 1], [1, 0.97, 1], [0.97, 1, 1], [1, 1.03, 0.97]]

    private static func members(_ weights: [Double]) -> [(name: String, weight: Double)] {
        zip(nodes, weights).map { ($0, $1) }
    }

    /// The shards that have another owner by one of these than by another.
    private static let restless: Set<ShardIndex> = {
        // Silence is right: without shards that move the test finds that nothing has moved.
        let maps = weights.compactMap { try? ShardMap(Cluster.membership(1, members($0))) }
        return Set(
            (0..<UInt16(ShardIndex.count)).map { ShardIndex($0) }.filter { shard in
                Set(maps.map { $0.owner(of: shard) }).count > 1
            }
        )
    }()

    /// Names of objects that move often.
    private static func names(_ cluster: Cluster) -> [String] {
        let objects = cluster.nodes[0].bindings
        return Array(
            (0...).lazy.map { "\($0)" }.filter { restless.contains(objects.idFromName($0).shard) }.prefix(3)
        )
    }

    private func changeMembers() throws {
        var members = Self.members(Self.weights[random.below(Self.weights.count)])
        if random.below(5) == 0 { members.remove(at: random.below(members.count)) }
        try cluster.become(members)
    }

    // MARK: Running

    func run(steps: Int) throws {
        for _ in 0..<steps {
            if random.below(6) == 0 { try changeMembers() }
            if !isCalm { try disturb() }
            for (client, node) in zip(clients, cluster.nodes) where node.isUp { client.step() }
            try advance(random.below(30))
        }
        try settle()
        try finish()
    }

    /// Lets time pass a little at a time, so that it is seen when two nodes serve a shard.
    private func advance(_ milliseconds: Int) throws {
        for _ in 0..<milliseconds {
            try cluster.world.advance(by: .milliseconds(1))
            checkOwners()
        }
    }

    private func checkOwners() {
        let nodes = cluster.nodes.filter(\.isUp)
        for shard in shards {
            let owners = nodes.filter { $0.forwarder.isOpen(shard) }.map(\.name)
            if owners.count > 1 { ledger.fail("\(owners) serve shard \(shard.value)") }
            guard let owner = owners.first else { continue }
            if let old = places.updateValue(owner, forKey: shard), old != owner { moves += 1 }
        }
    }

    private func disturb() throws {
        let place = random.below(cluster.nodes.count)
        let node = cluster.nodes[place]
        switch random.below(32) {
        case 0: if node.isUp { try end(place) }
        case 1: if node.isUp { node.store.crash(atWrite: 1 + random.below(12)) }
        case 2, 3: pipe()?.cut()
        case 4: pipe()?.freeze()
        case 5:
            if let pipe = pipe() {
                pipe.hold(true)
                held.append(pipe)
            }
        default: break
        }
        if node.isUp, node.store.hasCrashed { try end(place) }
        if random.below(4) == 0 { release() }
        if !node.isUp, random.below(3) == 0 { try start(place) }
    }

    private func pipe() -> SimulatedPipe? {
        let open = cluster.network.open
        return open.isEmpty ? nil : open[random.below(open.count)]
    }

    private func release() {
        for pipe in held { pipe.hold(false) }
        held = []
    }

    private func end(_ place: Int) throws {
        crashes += 1
        try cluster.end(place)
    }

    private func start(_ place: Int) throws {
        try cluster.start(place)
        clients[place].restarted(cluster.nodes[place].bindings)
    }

    // MARK: The end

    /// Ends all faults and waits until every shard is at its place.
    private func settle() throws {
        release()
        try cluster.become(Self.members(Self.weights[0]))
        for _ in 0..<120 {
            for (place, node) in cluster.nodes.enumerated() {
                if node.isUp, node.store.hasCrashed { try end(place) }
                if !cluster.nodes[place].isUp { try start(place) }
                cluster.nodes[place].store.repair()
            }
            try cluster.world.advance(by: .milliseconds(500))
            checkOwners()
            if cluster.nodes.allSatisfy({ $0.forwarder.standing.isSettled }) { break }
        }
        for node in cluster.nodes where !node.forwarder.standing.isSettled {
            ledger.fail("\(node.name) has \(node.forwarder.standing)")
        }
        // Longer than any alarm's retries and what a call may wait.
        try cluster.world.advance(by: .seconds(20))
    }

    private func finish() throws {
        let (world, objects) = (cluster.world, cluster.nodes[random.below(3)].bindings)
        for name in names {
            ledger.found(try world.run { try await objects.getByName(name).notes() }, of: name, isEnd: true)
        }
        for client in clients {
            try client.finish { object, session in
                try world.run { try await objects.getByName(object).heard(on: session) }
            }
        }
        ledger.finish()
        if isCalm { for failure in ledger.failures { ledger.fail("a call failed: \(failure)") } }
    }
}
