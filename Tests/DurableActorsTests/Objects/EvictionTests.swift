import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct EvictionTests {
    @Test func `an object leaves memory ten idle seconds after its last event and keeps its data`() throws {
        let host = try simulatedHost(Counter.self)
        #expect(try host.run { try await host.bindings.getByName("one").increment(by: 1) } == 1)
        try host.advance(by: .milliseconds(9_999))
        #expect(try host.run { await isInMemory(host.bindings.getByName("one")) })
        try host.advance(by: .milliseconds(1))
        #expect(try !host.run { await isInMemory(host.bindings.getByName("one")) })
        #expect(try host.run { try await host.bindings.getByName("one").increment(by: 1) } == 2)
    }

    @Test func `an event in between begins the ten seconds anew`() throws {
        let host = try simulatedHost(Counter.self)
        _ = try host.run { try await host.bindings.getByName("one").total() }
        try host.advance(by: .seconds(6))
        _ = try host.run { try await host.bindings.getByName("one").total() }
        try host.advance(by: .seconds(6))
        #expect(try host.run { await isInMemory(host.bindings.getByName("one")) })
        try host.advance(by: .seconds(6))
        #expect(try !host.run { await isInMemory(host.bindings.getByName("one")) })
    }

    @Test func `a running event and background work keep an object in memory`() throws {
        let host = try GuardedHost()
        let sleeping = host.world.start { try await host.stub.sleepThenNote(milliseconds: 60_000, "late") }
        try host.world.advance(by: .seconds(30))
        #expect(try host.world.run { await isInMemory(host.stub) })
        try host.world.run { try await host.stub.work(milliseconds: 90_000) }
        try host.world.advance(by: .seconds(59))
        #expect(sleeping.result != nil)
        #expect(try host.world.run { await isInMemory(host.stub) })
        try host.world.advance(by: .seconds(60))
        #expect(try !host.world.run { await isInMemory(host.stub) })
        #expect(host.events.all == ["made", "late"])
    }

    @Test func `sockets outlive eviction and a message wakes the object`() throws {
        let host = try simulatedHost(Room.self)
        let socket = try host.run {
            let socket = try await TestSocket.connect(to: host.bindings.getByName("one"))
            try socket.send("first")
            _ = try await socket.next()
            return socket
        }
        try host.advance(by: .seconds(11))
        #expect(try !host.run { await isInMemory(host.bindings.getByName("one")) })
        #expect(socket.end == nil)
        let reply = try host.run {
            try socket.send("second")
            return try await socket.nextText()
        }
        #expect(reply == "second 2")
    }
}
