import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// Shards that come to rest on one node and go on at another, or are kept after all, under calls from everywhere.
@Suite struct MovingShardTests {
    typealias Wanderers = DurableObjectNamespace<Wanderer>

    /// Some shards of `b` go to the others.
    static let away = [1, 0.97, 1.0]
    static let evenly = [1, 1, 1.0]

    static func cluster(
        seed: Int = 1,
        faults: DeliberateFaults = []
    ) throws -> SimulatedCluster<Wanderers> {
        let weather = SimulatedNetwork.Weather(delay: 2_000_000)
        var limits = HostLimits()
        limits.faults = faults
        return try SimulatedCluster(seed: UInt64(seed), nodes: 3, weather: weather, options: .init(limits: limits)) {
            runtime in
            let env = Wanderer.Env()
            let namespace = try runtime.register(Wanderer.self, binding: "W", uniqueKey: "w")
            env.set(namespace)
            try runtime.start(environment: env)
            return namespace
        }
    }

    /// Calls from all nodes while the shard goes from `b` to `c`: what was answered and is not there, or out of order.
    private func callsThroughMove(seed: Int, faults: DeliberateFaults = []) throws -> (failures: Int, wrong: Int) {
        let cluster = try Self.cluster(seed: seed, faults: faults)
        let names = try cluster.names(2, from: 1, to: 2, by: Self.away, cluster.nodes[0].bindings)
        let tasks = cluster.nodes.indices.flatMap { place in
            names.map { name in
                let stub = cluster.nodes[place].bindings.getByName(name)
                return cluster.world.start {
                    var failures = 0
                    for number in 0..<40 {
                        do {
                            try await stub.note(place * 1000 + number)
                        } catch {
                            failures += 1
                        }
                        await cluster.world.sleep(milliseconds: Int64(cluster.world.random.below(3)))
                    }
                    return failures
                }
            }
        }
        try cluster.world.advance(by: .milliseconds(seed))
        try cluster.change(weights: Self.away)
        try cluster.world.advance(by: .seconds(2))
        var (failures, wrong) = (0, 0)
        for task in tasks { failures += try #require(task.result).get() }
        for name in names {
            let stub = cluster.nodes[2].bindings.getByName(name)
            #expect(stub.id.cell.isHere)
            let notes = try cluster.world.run { try await stub.notes() }
            for place in 0..<3 {
                if notes.filter({ $0 / 1000 == place }) != (0..<40).map({ place * 1000 + $0 }) { wrong += 1 }
            }
        }
        return (failures, wrong)
    }

    @Test(arguments: 1...12) func `a shard moves under calls: none fails, is lost or out of order`(seed: Int) throws {
        let (failures, wrong) = try callsThroughMove(seed: seed)
        #expect(failures == 0)
        #expect(wrong == 0)
    }

    @Test func `a host that asks too early whether an object is here loses what was answered`() throws {
        #expect(try (1...30).contains { try callsThroughMove(seed: $0, faults: .askedEarly).wrong > 0 })
    }

    @Test(arguments: 1...5) func `a drain that is called off lets no call fail`(seed: Int) throws {
        let cluster = try Self.cluster(seed: seed)
        let names = try cluster.names(2, from: 1, to: 2, by: Self.away, cluster.nodes[0].bindings)
        let stubs = cluster.nodes.map { $0.bindings.getByName(names[0]) }
        let slow = cluster.world.start { try await stubs[1].noteSlowly(-1, milliseconds: 900) }
        try cluster.world.advance(by: .milliseconds(20))
        try cluster.change(weights: Self.away)
        try cluster.world.advance(by: .milliseconds(100))
        let waiting = stubs.enumerated().map { place, stub in
            cluster.world.start { for number in 0..<10 { try await stub.note(place * 100 + number) } }
        }
        try cluster.world.advance(by: .milliseconds(100))
        #expect(!stubs[1].id.cell.isHere)
        #expect(waiting.allSatisfy { $0.result == nil })
        try cluster.change(weights: Self.evenly)
        try cluster.world.advance(by: .seconds(2))
        for task in waiting + [slow] { try #require(task.result).get() }
        let notes = try cluster.world.run { try await stubs[0].notes() }
        #expect(stubs[1].id.cell.isHere)
        for place in 0..<3 {
            #expect(notes.filter { $0 >= 0 && $0 / 100 == place } == (0..<10).map { place * 100 + $0 })
        }
        #expect(notes.contains(-1))
    }

    @Test(arguments: 1...5) func `objects that wait for each other come to rest together`(seed: Int) throws {
        let cluster = try Self.cluster(seed: seed)
        let near = cluster.nodes[1].bindings
        let moving = try cluster.names(3, from: 1, to: 2, by: Self.away, near)
        let staying = try cluster.names(1, from: 1, to: 1, by: Self.away, near)
        // To itself, to others that move, and by one that stays.
        let way = [moving[0], moving[1], staying[0], moving[0], moving[2], moving[1]]
        let task = cluster.world.start { try await near.getByName(moving[0]).visit(way, milliseconds: 40) }
        try cluster.world.advance(by: .milliseconds(20))
        try cluster.change(weights: Self.away)
        try cluster.world.advance(by: .seconds(4))
        try #require(task.result).get()
        #expect(near.getByName(moving[0]).id.cell.isHere == false)
        let notes = try cluster.world.run { try await near.getByName(moving[0]).notes() }
        #expect(notes == [2, 5, 6])
    }

    @Test func `what does not come to rest in time is reset, and says why`() throws {
        let cluster = try Self.cluster()
        let near = cluster.nodes[1].bindings
        let stub = near.getByName(try cluster.names(1, from: 1, to: 2, by: Self.away, near)[0])
        let slow = cluster.world.start { try await stub.noteSlowly(1, milliseconds: 60_000) }
        try cluster.world.advance(by: .milliseconds(20))
        try cluster.change(weights: Self.away)
        let next = cluster.world.start { try await near.getByName(stub.id.objectId.name ?? "").note(2) }
        try cluster.world.advance(by: .seconds(4))
        #expect(slow.result == nil)
        try cluster.world.advance(by: .seconds(4))
        let error = slow.failure(as: DurableObjectError.self)
        #expect(error?.message == "The object is moving to another node, and what it did took too long to wait for.")
        #expect(error?.retryable == true)
        try #require(next.result).get()
    }

    @Test func `background work is waited for, and an alarm goes off on the next node`() throws {
        let cluster = try Self.cluster()
        let near = cluster.nodes[1].bindings
        let stub = near.getByName(try cluster.names(1, from: 1, to: 2, by: Self.away, near)[0])
        try cluster.world.run {
            try await stub.remind(1500)
            try await stub.workAside(7, milliseconds: 1000)
        }
        try cluster.change(weights: Self.away)
        try cluster.world.advance(by: .milliseconds(500))
        #expect(!stub.id.cell.isHere)
        try cluster.world.advance(by: .seconds(3))
        #expect(try cluster.world.run { try await stub.notes() } == [7, -1])
    }
}
