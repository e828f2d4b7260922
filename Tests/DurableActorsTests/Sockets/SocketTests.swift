import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct SocketTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `messages arrive in the order they were sent, also those that wake the object`(seed: UInt64) throws {
        let host = try simulatedHost(Room.self, seed: seed)
        let texts = try host.run {
            let socket = try await TestSocket.connect(to: host.bindings.getByName("one"))
            for number in 1...5 { try socket.send("m\(number)") }
            for _ in 1...5 { _ = try await socket.next() }
            return socket.texts
        }
        #expect(texts == (1...5).map { "m\($0) \($0)" })
    }

    @Test func `a close reaches the object and comes back with the same code`() throws {
        let host = try simulatedHost(Room.self)
        let socket = try host.run { try await TestSocket.connect(to: host.bindings.getByName("one")) }
        try socket.close(code: 4001, reason: "bye")
        try host.settle()
        #expect(socket.end == .closed(code: 4001, reason: "bye"))
        let (close, sockets) = try host.run {
            let stub = host.bindings.getByName("one")
            return (try await stub.lastClose(), try await stub.broadcast("x", tag: nil))
        }
        #expect(close == "4001 bye true")
        #expect(sockets == 0)
    }

    @Test func `a lost connection is told as 1006 and not clean`() throws {
        let host = try simulatedHost(Room.self)
        let socket = try host.run { try await TestSocket.connect(to: host.bindings.getByName("one")) }
        socket.drop()
        try host.settle()
        let close = try host.run { try await host.bindings.getByName("one").lastClose() }
        #expect(close == "1006 WebSocket disconnected without sending Close frame. false")
    }

    @Test func `a reset drops the sockets`() throws {
        let host = try simulatedHost(Room.self)
        let socket = try host.run { try await TestSocket.connect(to: host.bindings.getByName("one")) }
        #expect(throws: DurableObjectError.self) {
            try host.run { try await host.bindings.getByName("one").abort() }
        }
        #expect(socket.end == .lost)
        let error = #expect(throws: TestSocket.Ended.self) { try host.run { try await socket.next() } }
        #expect(error?.end == .lost)
    }

    @Test func `a handler that throws is logged and the socket goes on`() throws {
        let lines = Recorder<String>()
        let host = try simulatedHost(Room.self, log: EventLog { lines.add($0) })
        let reply = try host.run {
            let socket = try await TestSocket.connect(to: host.bindings.getByName("one"))
            try socket.send("fail")
            try socket.send("on")
            return try await socket.nextText()
        }
        #expect(reply == "on 1")
        #expect(lines.all == [#"error: A socket's handler of Room threw: ShapeError(text: "fail")"#])
    }

    @Test func `a broadcast reaches the sockets with a tag`() throws {
        let host = try simulatedHost(Room.self)
        let (reached, red, blue) = try host.run {
            let stub = host.bindings.getByName("one")
            let red = try await TestSocket.connect(to: stub, "http://x/red/both")
            let blue = try await TestSocket.connect(to: stub, "http://x/blue/both")
            let reached = [
                try await stub.broadcast("r", tag: "red"), try await stub.broadcast("all", tag: "both"),
                try await stub.broadcast("none", tag: "green"),
            ]
            return (reached, red.texts, blue.texts)
        }
        #expect(reached == [1, 2, 0])
        #expect(red == ["r", "all"])
        #expect(blue == ["all"])
    }

    @Test func `an attachment survives eviction and is bounded`() throws {
        let host = try simulatedHost(Room.self)
        let (kept, isRefused) = try host.run {
            let stub = host.bindings.getByName("one")
            _ = try await TestSocket.connect(to: stub)
            try await runInDurableObject(stub) { _, state in
                for socket in try state.getWebSockets() { try socket.serializeAttachment(["user": "ada"]) }
            }
            try await evictDurableObject(stub)
            return try await runInDurableObject(stub) { _, state in
                let sockets = try state.getWebSockets()
                let kept = try sockets.first?.deserializeAttachment(as: [String: String].self)
                let isRefused = #expect(throws: DurableObjectError.self) {
                    try sockets.first?.serializeAttachment(String(repeating: "x", count: 16_400))
                }
                return (kept, isRefused != nil)
            }
        }
        #expect(kept == ["user": "ada"])
        #expect(isRefused)
    }
}
