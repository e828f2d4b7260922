import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// Clients' sockets stay where they are while their object goes from node to node.
@Suite struct MovingSocketTests {
    typealias Parlours = DurableObjectNamespace<Parlour>

    private static let clients = ["a", "b", "c"]

    private func cluster(seed: Int = 1, faults: DeliberateFaults = []) throws -> SimulatedCluster<Parlours> {
        let weather = SimulatedNetwork.Weather(delay: 3_000_000)
        var limits = HostLimits()
        limits.faults = faults
        return try SimulatedCluster(seed: UInt64(seed), nodes: 3, weather: weather, options: .init(limits: limits)) {
            runtime in
            let parlours = try runtime.register(Parlour.self, binding: "P", uniqueKey: "p")
            try runtime.start(environment: Parlour.Env())
            return parlours
        }
    }

    /// Stubs on each node of an object that goes from `b` to `c`.
    private func stubs(_ cluster: SimulatedCluster<Parlours>) throws -> [Parlour] {
        let names = try cluster.names(1, from: 1, to: 2, by: MovingShardTests.away, cluster.nodes[0].bindings)
        return cluster.nodes.map { $0.bindings.getByName(names[0]) }
    }

    private func connect(_ cluster: SimulatedCluster<Parlours>, _ stubs: [Parlour]) throws -> [TestSocket] {
        try cluster.world.run {
            var sockets: [TestSocket] = []
            for (client, stub) in zip(Self.clients, stubs) {
                sockets.append(try await TestSocket.connect(to: stub, "http://x/\(client)"))
            }
            return sockets
        }
    }

    /// One client on each node talks while the object goes from `b` to `c` and back; returns what was not right.
    ///
    /// With `padding` each message has so many bytes more, and all are sent at once.
    private func talkThroughMoves(
        seed: Int,
        padding: Int = 0,
        faults: DeliberateFaults = []
    ) throws -> [String] {
        let cluster = try cluster(seed: seed, faults: faults)
        let stubs = try stubs(cluster)
        let sockets = try connect(cluster, stubs)
        let expected = (0..<60).map { "\($0)" }
        let filling = padding == 0 ? "" : " " + String(repeating: "x", count: padding)
        let talks = sockets.map { socket in
            cluster.world.start {
                for text in expected {
                    try socket.send(text + filling)
                    if padding > 0 { continue }
                    await cluster.world.sleep(milliseconds: Int64(cluster.world.random.below(4)))
                }
            }
        }
        try cluster.world.advance(by: .milliseconds(seed))
        try cluster.change(weights: MovingShardTests.away)
        try cluster.world.advance(by: .milliseconds(60))
        try cluster.change(weights: MovingShardTests.evenly)
        try cluster.world.advance(by: .seconds(2))
        var wrong: [String] = []
        if talks.contains(where: { $0.result == nil }) { wrong.append("a client still talks") }
        if !stubs[1].id.cell.isHere { wrong.append("the object has not come back") }
        for (client, socket) in zip(Self.clients, sockets) {
            let heard = try cluster.world.run { try await stubs[0].heard(of: client) }
            if heard != expected { wrong.append("of \(client) was heard \(heard)") }
            if socket.texts != expected.map({ "re \($0)" + filling }) {
                wrong.append("\(client) got \(socket.texts.map { $0.prefix(6) })")
            }
            if let end = socket.end { wrong.append("\(client) has ended: \(end)") }
        }
        return wrong
    }

    @Test(arguments: 1...15) func `messages go both ways once and in order while their object moves`(seed: Int) throws {
        #expect(try talkThroughMoves(seed: seed) == [])
    }

    @Test(arguments: 1...8) func `so do messages that wait for room on the link`(seed: Int) throws {
        #expect(try talkThroughMoves(seed: seed, padding: 30_000) == [])
    }

    @Test func `without a pause messages are lost on the way`() throws {
        #expect(try (1...10).contains { try !talkThroughMoves(seed: $0, faults: .unpausedClients).isEmpty })
    }

    @Test func `what is kept with sockets goes with them, and they hibernate`() throws {
        let cluster = try cluster()
        let stubs = try stubs(cluster)
        let sockets = try connect(cluster, stubs)
        try cluster.world.run {
            try await stubs[0].setAnswer()
            try sockets[1].send("ping")
            #expect(try await sockets[1].nextText() == "pong")
        }
        let before = try cluster.world.run { try await stubs[0].sockets() }
        #expect(before == [#"["all", "c"] c false"#, #"["all", "b"] b true"#, #"["all", "a"] a false"#, "1234"])
        try cluster.change(weights: MovingShardTests.away)
        try cluster.world.advance(by: .seconds(1))
        #expect(stubs[2].id.cell.isHere)
        for socket in sockets { try socket.send("ping") }
        try cluster.world.settle()
        try cluster.world.advance(by: .milliseconds(20))
        #expect(sockets.map { $0.texts.last } == ["pong", "pong", "pong"])
        #expect(try !cluster.world.run { await isInMemory(stubs[2]) })
        let after = try cluster.world.run { try await stubs[0].sockets() }
        #expect(after == before.map { $0.replacing("false", with: "true") })
        try cluster.world.run { try await stubs[0].tell("news") }
        try cluster.world.advance(by: .milliseconds(20))
        #expect(sockets.map { $0.texts.last } == ["news", "news", "news"])
    }

    @Test(arguments: 1...6) func `an object hears how clients ended during its move`(seed: Int) throws {
        let cluster = try cluster(seed: seed)
        let stubs = try stubs(cluster)
        let sockets = try connect(cluster, stubs)
        try cluster.change(weights: MovingShardTests.away)
        try cluster.world.advance(by: .milliseconds(seed * 2))
        for (socket, code) in zip(sockets, 3000...) {
            try socket.send("last")
            try socket.close(code: code, reason: "bye")
        }
        try cluster.world.advance(by: .seconds(1))
        for (place, client) in Self.clients.enumerated() {
            let heard = try cluster.world.run { try await stubs[2].heard(of: client) }
            #expect(heard == ["last", "closed \(3000 + place)"])
            #expect(sockets[place].end == .closed(code: 3000 + place, reason: "bye"))
        }
    }

    @Test(arguments: 1...6) func `clients that vanish or are turned away during a move are told apart`(
        seed: Int
    ) throws {
        let cluster = try cluster(seed: seed)
        let stubs = try stubs(cluster)
        let sockets = try connect(cluster, stubs)
        try cluster.change(weights: MovingShardTests.away)
        try cluster.world.advance(by: .milliseconds(seed * 2))
        try sockets[0].send("last")
        sockets[0].drop()
        try cluster.world.run { try await stubs[0].end("b") }
        try cluster.world.advance(by: .seconds(1))
        #expect(try cluster.world.run { try await stubs[2].heard(of: "a") } == ["last", "closed 1006"])
        #expect(sockets[1].end == .closed(code: 4000, reason: "enough"))
        try sockets[1].close(code: 3001, reason: "well")
        try cluster.world.advance(by: .seconds(1))
        #expect(try cluster.world.run { try await stubs[2].heard(of: "b") } == ["closed 3001"])
        #expect(try cluster.world.run { try await stubs[2].sockets() } == [#"["all", "c"] c false"#, "0"])
    }

    @Test func `a socket that keeps its object in memory is closed with 1012`() throws {
        let cluster = try cluster()
        let stubs = try stubs(cluster)
        let plain = try cluster.world.run { try await TestSocket.connect(to: stubs[0], "http://x/plain") }
        try cluster.change(weights: MovingShardTests.away)
        try cluster.world.advance(by: .seconds(1))
        #expect(stubs[2].id.cell.isHere)
        #expect(plain.end == .closed(code: 1012, reason: "Service Restart"))
    }

    @Test(arguments: 1...6) func `sockets of an object that stays after all go on`(seed: Int) throws {
        let cluster = try cluster(seed: seed)
        let stubs = try stubs(cluster)
        let sockets = try connect(cluster, stubs)
        try cluster.change(weights: MovingShardTests.away)
        for number in 0..<20 {
            for socket in sockets { try socket.send("\(number)") }
            try cluster.world.advance(by: .milliseconds(1))
            if number == seed { try cluster.change(weights: MovingShardTests.evenly) }
        }
        try cluster.world.advance(by: .seconds(1))
        for socket in sockets { #expect(socket.texts == (0..<20).map { "re \($0)" }) }
    }

    @Test func `clients of an object end with its node, which dies after it has given the object away`() throws {
        let cluster = try cluster()
        let stubs = try stubs(cluster)
        let sockets = try connect(cluster, stubs)
        try cluster.change(weights: MovingShardTests.away)
        try cluster.world.advance(by: .seconds(1))
        #expect(stubs[2].id.cell.isHere)
        try cluster.end(2)
        try cluster.world.advance(by: .seconds(1))
        #expect(sockets[0].end == .lost)
        #expect(sockets[1].end == .lost)
    }
}
