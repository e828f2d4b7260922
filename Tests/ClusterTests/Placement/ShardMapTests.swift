@testable import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// Where shards should be: evenly, by weight, and with little more moved than must be.
@Suite struct ShardMapTests {
    /// A placement takes as long as twenty of the other sweeps' runs.
    private static let seeds = SweepSeeds.range(240)

    private var rounds: StrideThrough<UInt64> {
        stride(from: Self.seeds.lowerBound, through: Self.seeds.upperBound, by: 20)
    }

    private func node(_ number: Int, _ random: SeededRandom, weighted: Bool) -> ClusterNode {
        ClusterNode(
            name: "node-\(number)-\(random.below(1000))",
            peerAddress: "10.0.0.\(number + 1):7000",
            weight: weighted ? Double(1 + random.below(40)) / 10 : 1
        )
    }

    private func nodes(_ count: Int, _ random: SeededRandom) -> [ClusterNode] {
        let weighted = random.below(2) == 0
        return (0..<count).map { node($0, random, weighted: weighted) }
    }

    private func map(_ nodes: [ClusterNode]) throws -> ShardMap {
        ShardMap(try ClusterMembership(epoch: 1, nodes: nodes))
    }

    private let shards = (0..<UInt16(ShardIndex.count)).map { ShardIndex($0) }

    /// How many shards a node has beyond its share and a tenth, rounded up; of the node that has most.
    private func excess(_ nodes: [ClusterNode], _ map: ShardMap) -> Int {
        let sum = nodes.map(\.weight).reduce(0, +)
        var counts: [String: Int] = [:]
        for shard in shards { counts[map.owner(of: shard), default: 0] += 1 }
        return nodes.map { node in
            counts[node.name, default: 0] - Int((1.1 * 4096 * node.weight / sum + 1e-6).rounded(.up))
        }.max() ?? 0
    }

    @Test func `no node has more than its share and a tenth, and every shard has an owner`() throws {
        for seed in rounds {
            let random = SeededRandom(seed: seed)
            let nodes = nodes(1 + random.below(64), random)
            let map = try map(nodes)
            #expect(excess(nodes, map) <= 0, "seed \(seed)")
            #expect(map.names.map { map.shards(of: $0).count }.reduce(0, +) == ShardIndex.count, "seed \(seed)")
        }
    }

    @Test func `without the bound a node has more`() {
        let found = (0..<UInt64(24)).contains { seed in
            let random = SeededRandom(seed: seed)
            let nodes = nodes(64, random)
            return excess(nodes, ShardMap(nodes: nodes, shards: ShardIndex.count, slack: 64)) > 0
        }
        #expect(found)
    }

    @Test func `the order of the nodes does not matter`() throws {
        let nodes = nodes(12, SeededRandom(seed: 5))
        #expect(try map(nodes) == map(nodes.reversed()))
    }

    /// How many shards change their owner, and by how many the nodes that get more grow.
    private func moves(_ old: ShardMap, _ new: ShardMap) -> (moved: Int, must: Int) {
        var (moved, growth): (Int, [String: Int]) = (0, [:])
        for shard in shards where old.owner(of: shard) != new.owner(of: shard) {
            moved += 1
            growth[old.owner(of: shard), default: 0] -= 1
            growth[new.owner(of: shard), default: 0] += 1
        }
        return (moved, growth.values.filter { $0 > 0 }.reduce(0, +))
    }

    @Test func `a change moves little more than the shards that must move`() throws {
        for seed in rounds {
            let random = SeededRandom(seed: seed)
            let nodes = nodes(2 + random.below(62), random)
            let before = try map(nodes)
            let place = random.below(nodes.count)
            var (left, changed) = (nodes, nodes)
            left.remove(at: place)
            changed[place] = ClusterNode(
                name: nodes[place].name,
                peerAddress: nodes[place].peerAddress,
                weight: nodes[place].weight * Double(1 + random.below(40)) / 10
            )
            for next in [nodes + [node(64, random, weighted: true)], left, changed] where next.count <= 64 {
                let (moved, must) = moves(before, try map(next))
                // Beside a quarter a handful, where a handful is all that moves.
                #expect(Double(moved) <= Double(must) * 1.25 + 4, "seed \(seed): \(moved) of \(must)")
            }
        }
    }

    @Test func `shards by modulo move far more than must be`() {
        let moved = (0..<4096).count { $0 % 10 != $0 % 11 }
        #expect(Double(moved) > 1.25 * 4096 / 11 + 4)
    }

    @Test func `where shards are is the same for ever`() throws {
        let nodes = [("a", 1.0), ("b", 2.0), ("berlin-3", 0.5), ("ü", 1.0)].enumerated().map { index, node in
            ClusterNode(name: node.0, peerAddress: "10.0.0.\(index + 1):7000", weight: node.1)
        }
        let map = try map(nodes)
        #expect(map.names.map { map.shards(of: $0).count } == [910, 1819, 454, 913])
        #expect(
            (0..<16).map { map.owner(of: ShardIndex($0 * 273)) } == [
                "b", "a", "ü", "a", "ü", "b", "berlin-3", "b", "a", "b", "a", "b", "b", "b", "b", "ü",
            ]
        )
        // FNV-1a of all owners' places, so that not one can change unseen.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for shard in shards {
            let place = map.names.firstIndex(of: map.owner(of: shard)) ?? 255
            hash = (hash ^ UInt64(place)) &* 0x0000_0100_0000_01B3
        }
        #expect(hash == 0xBA36_6DF5_8DC4_FA0B)
    }

    @Test func `the logarithm is right to the last digits`() {
        for (number, logarithm) in [
            (0.5, -0.693_147_180_559_945_3), (0.9, -0.105_360_515_657_826_3), (1e-3, -6.907_755_278_982_137),
        ] {
            #expect(abs(ShardWalk.logarithm(number) / logarithm - 1) < 1e-14)
        }
    }
}
