import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@testable import Cluster

/// What travels with a shard, and what becomes of it on a bad way.
@Suite struct BundleTests {
    private static let shifted: [(name: String, weight: Double)] = [("a", 1), ("b", 1.003)]
    private static let needle = "a text that is found nowhere else"

    @Test func `a bundle of which a byte has changed is refused, and comes again`() throws {
        let rig = try MovingRig()
        let names = try rig.names(1, from: "a", to: "b", becoming: Self.shifted)
        _ = try rig.add(names, Self.needle)
        rig.cluster.network.damage(Array(Self.needle.utf8))
        try rig.cluster.become(Self.shifted)
        try rig.settle()
        let said = "The bundle of shard \(rig.shard(names[0]).value) is damaged: a checksum is wrong."
        #expect(rig.cluster.log.contains { $0.hasPrefix("b: ") && $0.hasSuffix(said) })
        #expect(try rig.add(names, at: 1) == [[2, 2, 2]])
    }

    @Test(arguments: [3, 32])
    func `a bundle with sockets of what is no object of its shard is refused, and comes again`(idBytes: Int) throws {
        let (rig, names, shard) = try large()
        try rig.cluster.become(Self.shifted)
        let giver = rig.cluster.nodes[0].forwarder
        var sender: BundleSender?
        for _ in 0..<20_000 where sender == nil {
            try rig.cluster.world.advance(by: .microseconds(100))
            sender = giver.state.withLock { $0.exports[shard] }
        }
        // The first bits say of which shard it is.
        var id = [UInt8](repeating: 0, count: idBytes)
        id[0] = UInt8(truncatingIfNeeded: (shard.value ^ 0x800) >> 4)
        let settings = rig.ledger(names[0]).id.cell.socketSettings
        let object = ShardHandover.Object(uniqueKey: "ledger", id: id, name: nil, settings: settings, sockets: [])
        let bad = BundleSender(shard, try #require(sender).transfer, giver)
        bad.begin(to: "b", handover: try ValueCodec.encode(ShardHandover(objects: [object])))
        try rig.settle()
        let said = "The bundle of shard \(shard.value) has sockets of no object of the shard."
        #expect(rig.cluster.log.contains { $0.hasPrefix("b: ") && $0.hasSuffix(said) })
        #expect(try rig.all(names) == Array(repeating: [1, 1, 1], count: 5))
    }

    @Test func `a large shard goes in parts through little memory, while calls go by`() throws {
        let rig = try MovingRig(weather: .init(delay: 2_000_000))
        let names = try rig.names(1, from: "a", to: "b", becoming: Self.shifted)
        _ = try rig.add(names, String(repeating: "y", count: 60_000))
        for _ in 0..<20 { _ = try rig.add(names) }
        try rig.cluster.become(Self.shifted)
        try rig.settle()
        #expect(try rig.add(names, at: 1) == [[22, 22, 22]])
        #expect(try rig.strays() == [])
    }

    /// Five objects of a shard that is to go, whose bundle takes some round trips and has the needle at its end.
    private func large() throws -> (rig: MovingRig, names: [String], shard: ShardIndex) {
        var options = MovingRig.logged
        options.settings.links.streamWindow = 4 << 10
        let rig = try MovingRig(weather: .init(delay: 2_000_000), options: options)
        var names = try rig.names(1, from: "a", to: "b", becoming: Self.shifted)
        let shard = rig.shard(names[0])
        var number = 0
        while names.count < 5 {
            if rig.shard("more \(number)") == shard { names.append("more \(number)") }
            number += 1
        }
        _ = try rig.add(Array(names.dropLast()), String(repeating: "y", count: 3000))
        _ = try rig.add([names[4]], Self.needle)
        return (rig, names, shard)
    }

    @Test func `what came of a bundle that nobody wants any more is cleared at once`() throws {
        let (rig, names, shard) = try large()
        try rig.cluster.become(Self.shifted)
        let node = rig.cluster.nodes[1]
        let objects = node.runtime.core.objects
        for _ in 0..<20_000 where try !objects.hasAnything(of: shard) {
            try rig.cluster.world.advance(by: .microseconds(100))
        }
        #expect(node.forwarder.state.withLock { $0.arrivals[shard] != nil })
        // As while something of the shard is being written.
        node.forwarder.state.withLock { _ = $0.keeper.beingWritten.insert(shard) }
        try rig.cluster.world.advance(by: .milliseconds(500))
        #expect(node.forwarder.state.withLock { $0.arrivals[shard] == nil })
        #expect(try !objects.hasAnything(of: shard))
        node.forwarder.state.withLock { _ = $0.keeper.beingWritten.remove(shard) }
        try rig.settle()
        #expect(try rig.all(names) == Array(repeating: [1, 1, 1], count: 5))
    }

    @Test func `what came of a bundle that breaks off is cleared at once`() throws {
        let (rig, names, shard) = try large()
        rig.cluster.network.damage(Array(Self.needle.utf8))
        try rig.cluster.become(Self.shifted)
        let objects = rig.cluster.nodes[1].runtime.core.objects
        var hadRows = false
        for _ in 0..<20_000 where !rig.cluster.log.contains(where: { $0.hasSuffix("a checksum is wrong.") }) {
            try rig.cluster.world.advance(by: .microseconds(100))
            hadRows = try hadRows || objects.hasAnything(of: shard)
        }
        #expect(hadRows)
        try rig.cluster.world.advance(by: .milliseconds(1))
        #expect(try !objects.hasAnything(of: shard))
        try rig.settle()
        #expect(try rig.all(names) == Array(repeating: [1, 1, 1], count: 5))
    }

    @Test func `a node lists what it has and not what it has given away`() throws {
        let rig = try MovingRig(weather: .init(delay: 2_000_000))
        let names = try rig.names(1, from: "a", to: "b", becoming: Self.shifted)
        _ = try rig.add(names)
        let shard = rig.shard(names[0])
        func listed() throws -> [[String?]] {
            try rig.cluster.world.run {
                var found: [[String?]] = []
                for node in rig.cluster.nodes {
                    found.append(try await node.bindings.list().objects.map(\.id.name))
                }
                return found
            }
        }
        #expect(try listed() == [[names[0]], []])
        try rig.cluster.become(Self.shifted)
        let (giver, objects) = (rig.cluster.nodes[0].forwarder, rig.cluster.nodes[0].runtime.core.objects)
        for _ in 0..<20_000 where giver.owns(shard) { try rig.cluster.world.advance(by: .microseconds(100)) }
        #expect(try !giver.owns(shard) && objects.hasAnything(of: shard))
        #expect(try listed()[0] == [])
        try rig.settle()
        #expect(try listed() == [[], [names[0]]])
    }

    @Test func `a shard that has nothing moves as well`() throws {
        let rig = try MovingRig()
        let names = try rig.names(1, from: "a", to: "b", becoming: Self.shifted)
        try rig.cluster.become(Self.shifted)
        try rig.settle()
        #expect(rig.cluster.nodes[1].forwarder.isOpen(rig.shard(names[0])))
        #expect(try rig.add(names, at: 0) == [[1, 1, 1]])
    }

    /// What a new object in a shard that has come has, before anything was written to it.
    private func newcomer(_ faults: DeliberateFaults) throws -> [[Int]] {
        var options = MovingRig.logged
        options.limits.faults = faults
        let rig = try MovingRig(options: options)
        let old = try rig.names(1, from: "a", to: "b", becoming: Self.shifted)[0]
        _ = try rig.add([old])
        try rig.cluster.become(Self.shifted)
        try rig.settle()
        var number = 0
        while rig.shard("new \(number)") != rig.shard(old) { number += 1 }
        let first = try rig.add(["new \(number)"], at: 1)
        let drawer = try rig.cluster.world.run { try await rig.ledger(old, at: 1).anotherDrawer() }
        return first + [[drawer]] + (try rig.all(["new \(number)"]))
    }

    @Test func `objects made in a shard that has come get numbers that none in it has`() throws {
        #expect(try newcomer([]) == [[1, 1, 1], [0], [1, 1, 1]])
        #expect((try? newcomer(.reusedNumbers)) != [[1, 1, 1], [0], [1, 1, 1]])
    }

    @Test(arguments: 1...20) func `calls that come while shards move are served once each, in their order`(
        seed: Int
    ) throws {
        let rig = try MovingRig(seed: UInt64(seed), weather: .init(delay: 3_000_000, piece: 400))
        let names = try rig.names(2, from: "a", to: "b", becoming: Self.shifted)
        _ = try rig.add(names)
        try rig.cluster.become(Self.shifted)
        let counts = try rig.cluster.world.run {
            try await withThrowingTaskGroup { group in
                for node in 0..<2 {
                    group.addTask {
                        var counts: [Int] = []
                        for _ in 0..<30 { counts.append(try await rig.ledger(names[0], at: node).add()[0]) }
                        return counts
                    }
                }
                var all: [[Int]] = []
                for try await counts in group { all.append(counts) }
                return all
            }
        }
        #expect(counts.flatMap(\.self).sorted() == Array(2...61))
        #expect(counts.allSatisfy { $0 == $0.sorted() })
        try rig.settle()
        #expect(try rig.all(names) == [[61, 61, 61], [1, 1, 1]])
    }
}
