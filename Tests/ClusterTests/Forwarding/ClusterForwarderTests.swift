import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// What a caller and a client see of an object that is on another node.
@Suite struct ClusterForwarderTests {
    private typealias Rooms = DurableObjectNamespace<Room>

    private func cluster(
        seed: UInt64 = 1,
        weather: SimulatedNetwork.Weather = .init()
    ) throws -> SimulatedCluster<DurableObjectNamespace<Room>> {
        try SimulatedCluster(seed: seed, weather: weather) { runtime in
            let rooms = try runtime.register(Room.self, binding: "ROOM", uniqueKey: "room")
            try runtime.start(environment: Room.Env())
            return rooms
        }
    }

    /// A cluster, and a stub on its first node of an object on its second.
    private func far(
        seed: UInt64 = 1,
        weather: SimulatedNetwork.Weather = .init()
    ) throws -> (SimulatedCluster<DurableObjectNamespace<Room>>, Room) {
        let cluster = try cluster(seed: seed, weather: weather)
        let rooms = cluster.nodes[0].bindings
        return (cluster, rooms.getByName(cluster.name(on: 1, rooms)))
    }

    @Test(arguments: 1...20) func `calls through any node reach the one object, in the order of each stub`(
        seed: Int
    ) throws {
        let weather = SimulatedNetwork.Weather(delay: 3_000_000, piece: 40)
        let (cluster, stub) = try far(seed: UInt64(seed), weather: weather)
        let other = cluster.nodes[1].bindings.getByName(stub.id.objectId.name ?? "")
        let notes = try cluster.world.run {
            try await withThrowingTaskGroup { group in
                for number in 0..<10 {
                    group.addImmediateTask { try await stub.note(number) }
                    group.addImmediateTask { try await other.note(100 + number) }
                }
                try await group.waitForAll()
            }
            return try await stub.notes()
        }
        #expect(notes.filter { $0 < 100 } == Array(0..<10))
        #expect(notes.filter { $0 >= 100 } == Array(100..<110))
    }

    @Test func `bodies stream both ways`() throws {
        let (cluster, stub) = try far(weather: .init(delay: 1_000_000, piece: 1000))
        let count = 1_000_000
        let received = try cluster.world.run {
            let (body, writer) = ByteStream.make()
            let response = try await stub.fetch(Request("http://x/", method: "POST", body: .stream(body)))
            guard case .stream(let answer)? = response.body else { return [UInt8]() }
            async let all = Body.stream(answer).collect()
            try await writer.write([UInt8](repeating: 1, count: count))
            try await writer.write([2])
            writer.finish()
            return try await all
        }
        #expect(received == [UInt8](repeating: 2, count: count) + [3])
    }

    @Test func `a socket of an object on another node is as one of its own`() throws {
        let (cluster, stub) = try far()
        let texts = try cluster.world.run {
            try await stub.setAnswer()
            let socket = try await TestSocket.connect(to: stub, "http://x/path?tag")
            try socket.send("hello")
            #expect(try await socket.nextText() == "/path: hello")
            try socket.send([1, 2])
            #expect(try await socket.next() == .binary([1, 2]))
            try socket.send("ping")
            #expect(try await socket.nextText() == "pong")
            #expect(try await stub.sockets(tagged: "tag") == 1)
            try await stub.tell("all")
            try socket.send("close")
            return (try await socket.nextText(), socket)
        }
        #expect(texts.0 == "all")
        try cluster.world.settle()
        #expect(texts.1.end == .closed(code: 4001, reason: "as asked"))
    }

    @Test func `an object hears how its client on another node has gone`() throws {
        let (cluster, stub) = try far()
        let notes = try cluster.world.run {
            let closing = try await TestSocket.connect(to: stub)
            let dropped = try await TestSocket.connect(to: stub)
            try closing.close(code: 3001, reason: "bye")
            dropped.drop()
            while try await stub.notes().count < 2 {}
            return try await stub.notes()
        }
        #expect(Set(notes) == [3001, 1006])
    }

    @Test func `a call that runs on a node that dies is lost, and the next one waits for the node`() throws {
        let (cluster, stub) = try far()
        try cluster.world.run { try await stub.note(1) }
        let hanging = cluster.world.start { try await stub.hang() }
        try cluster.world.settle()
        try cluster.end(1)
        try cluster.world.settle()
        #expect(hanging.failure(as: DurableObjectError.self)?.message == "Network connection lost.")
        let waiting = cluster.world.start { try await stub.notes() }
        try cluster.world.advance(by: .seconds(3))
        #expect(waiting.result == nil)
        try cluster.start(1)
        try cluster.world.advance(by: .seconds(3))
        #expect(try waiting.result?.get() == [1])
    }

    @Test func `a call is one write each way`() throws {
        let (cluster, stub) = try far()
        try cluster.world.run { try await stub.note(1) }
        try cluster.world.settle()
        let ends = try #require(cluster.network.open.first).ends
        let before = (ends.0.writes, ends.1.writes)
        try cluster.world.run { try await stub.note(2) }
        try cluster.world.settle()
        #expect((ends.0.writes - before.0, ends.1.writes - before.1) == (1, 1))
    }

    @Test func `a node that has nothing left to answer leaves at once`() throws {
        let (cluster, stub) = try far()
        try cluster.world.run { try await stub.note(1) }
        let before = cluster.world.clock.uptimeNanoseconds
        let forwarder = cluster.nodes[1].forwarder
        let leaving = cluster.world.start { await forwarder.stop() }
        try cluster.world.settle()
        #expect(leaving.result != nil)
        #expect(cluster.world.clock.uptimeNanoseconds == before)
    }

    @Test func `a call to a node that stays away is refused in time, and says why`() throws {
        let (cluster, stub) = try far()
        try cluster.end(1)
        let waiting = cluster.world.start { try await stub.notes() }
        try cluster.world.advance(by: .seconds(11))
        let error = waiting.failure(as: DurableObjectError.self)
        #expect(error?.code == .unavailable)
        #expect(error?.retryable == true)
        #expect(error?.message == "The node b, which has the object, cannot be reached.")
    }

    @Test func `a node serves its own objects while the others are away`() throws {
        let (cluster, _) = try far()
        try cluster.end(1)
        let rooms = cluster.nodes[0].bindings
        let own = rooms.getByName(cluster.name(on: 0, rooms))
        #expect(
            try cluster.world.run {
                try await own.note(7)
                return try await own.notes()
            } == [7]
        )
    }

    @Test(arguments: 1...20) func `a shard that is called while it is opened is open afterwards`(seed: Int) throws {
        let (cluster, stub) = try far(seed: UInt64(seed))
        let near = cluster.nodes[1].bindings.getByName(stub.id.objectId.name ?? "")
        let calls = [stub, near].map { stub in cluster.world.start { try await stub.note(1) } }
        try cluster.world.settle()
        for call in calls { try #require(call.result).get() }
        #expect(near.id.cell.isHere)
    }

    @Test(arguments: 1...20) func `an object can be removed while its shard is opened`(seed: Int) throws {
        let (cluster, stub) = try far(seed: UInt64(seed))
        let near = cluster.nodes[1].bindings.getByName(stub.id.objectId.name ?? "")
        try cluster.world.run { try await near.id.cell.delete() }
        #expect(try cluster.world.run { try await stub.notes() }.isEmpty)
    }
}
