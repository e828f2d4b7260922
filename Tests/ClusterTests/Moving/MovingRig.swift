import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// Ledgers in a cluster whose members change.
struct MovingRig: Sendable {
    typealias Ledgers = DurableObjectNamespace<Ledger>
    typealias Options = SimulatedCluster<Ledgers>.Options

    let cluster: SimulatedCluster<Ledgers>

    init(
        seed: UInt64 = 1,
        nodes: Int = 2,
        weather: SimulatedNetwork.Weather = .init(),
        options: Options = logged
    ) throws {
        cluster = try SimulatedCluster(seed: seed, nodes: nodes, weather: weather, options: options) { runtime in
            let ledgers = try runtime.register(Ledger.self, binding: "LEDGER", uniqueKey: "ledger")
            try runtime.start(environment: Ledger.Env())
            return ledgers
        }
        try cluster.world.advance(by: .milliseconds(100))
    }

    static var logged: Options {
        var options = Options()
        options.isLogged = true
        // Small ones, so that a short run has several of each.
        options.settings.bundlePart = 1 << 10
        options.settings.bundleBytes = 4 << 10
        return options
    }

    func ledger(_ name: String, at node: Int = 0) -> Ledger { cluster.nodes[node].bindings.getByName(name) }

    func shard(_ name: String) -> ShardIndex { cluster.nodes[0].bindings.idFromName(name).shard }

    /// The first names whose objects are at `old` now and at `new` once the cluster has those members.
    func names(
        _ count: Int,
        from old: String,
        to new: String,
        becoming members: [(name: String, weight: Double)]
    ) throws -> [String] {
        let maps = (
            ShardMap(cluster.membership),
            ShardMap(try SimulatedCluster<Ledgers>.membership(cluster.membership.epoch + 1, members))
        )
        var names: [String] = []
        var number = 0
        while names.count < count {
            let shard = shard("\(number)")
            if maps.0.owner(of: shard) == old, maps.1.owner(of: shard) == new { names.append("\(number)") }
            number += 1
        }
        return names
    }

    /// Has every ledger written to once; what each has then.
    func add(_ names: [String], _ text: String = "", at node: Int = 0) throws -> [[Int]] {
        try cluster.world.run {
            var found: [[Int]] = []
            for name in names { found.append(try await ledger(name, at: node).add(text)) }
            return found
        }
    }

    func all(_ names: [String], at node: Int = 0) throws -> [[Int]] {
        try cluster.world.run {
            var found: [[Int]] = []
            for name in names { found.append(try await ledger(name, at: node).all()) }
            return found
        }
    }

    func rings(_ names: [String], at node: Int = 0) throws -> [Int] {
        try cluster.world.run {
            var found: [Int] = []
            for name in names { found.append(try await ledger(name, at: node).rings()) }
            return found
        }
    }

    /// Waits until every shard is at its place, and those nodes that crash meanwhile are there again.
    func settle(seconds: Int = 30) throws {
        for _ in 0..<seconds * 2 {
            try cluster.world.advance(by: .milliseconds(500))
            for number in cluster.nodes.indices where cluster.nodes[number].store.hasCrashed {
                try cluster.restart(number)
            }
            if try isSettled() {
                for node in cluster.nodes { node.store.repair() }
                return
            }
        }
        Issue.record("Not all shards have come to their places.")
    }

    /// What the nodes have durably written down of shards.
    func records() throws -> [String: [ShardIndex: ShardState]] {
        var records: [String: [ShardIndex: ShardState]] = [:]
        for node in cluster.nodes {
            records[node.name] = try KeeperStore(objects: node.runtime.core.objects).read().shards
        }
        return records
    }

    private func isSettled() throws -> Bool {
        // What nodes remember is cheaper to look at than what they have written down.
        let isRemembered = cluster.nodes.allSatisfy { node in
            node.forwarder.standing.isSettled && node.forwarder.standing.epoch == cluster.membership.epoch
        }
        guard isRemembered else { return false }
        let map = ShardMap(cluster.membership)
        let records = try records()
        for (name, shards) in records {
            for (shard, state) in shards {
                switch state {
                case .owned: if map.owner(of: shard) != name { return false }
                case .staged, .given: return false
                case .absent: if map.owner(of: shard) == name { return false }
                }
            }
        }
        return true
    }

    /// The rows that nodes have of shards which they do not own, staged bundles included.
    func strays() throws -> [String] {
        var found: [String] = []
        for (name, states) in try records() {
            let objects = cluster.nodes.first { $0.name == name }?.runtime.core.objects
            for number in 0..<ShardIndex.count {
                let shard = ShardIndex(UInt16(number))
                if case .owned = states[shard] { continue }
                if try objects?.hasAnything(of: shard) == true { found.append("\(name): \(number)") }
            }
        }
        return found
    }
}
