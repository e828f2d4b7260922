import DurableActors
import DurableActorsTestKit
import Testing

/// Sockets that an object takes by `accept`.
@Suite struct StandardSocketTests {
    @Test func `DO 126: a standard socket keeps its object in memory, and lets go of it when it ends`() throws {
        let hall = try HallHost()
        let socket = try hall.connect("standard")
        for minute in 1...2 {
            try socket.send("m\(minute)")
            try hall.host.advance(by: .seconds(60))
            #expect(try hall.isInMemory)
        }
        #expect(socket.texts == ["m1 1", "m2 2"])
        #expect(socket.webSocket.otherEnd?.bufferedAmount == 0)
        #expect(try hall.listed == 0)
        try socket.close(code: 4000, reason: "bye")
        try hall.host.advance(by: .seconds(10))
        #expect(try !hall.isInMemory)
        #expect(hall.events.all == ["made", "heard m1", "heard m2", "closed 4000 bye true closed"])
        #expect(socket.end == .closed(code: 4000, reason: "bye"))
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `messages come in order, behind what may not be interrupted, and send behind the disk`(seed: UInt64) throws {
        let hall = try HallHost(
            seed: seed,
            HallEnvironment(message: { ctx, socket, message in
                try ctx.storage.kv.put("last", message.words)
                try socket.send("after \(message.words)")
            })
        )
        let socket = try hall.connect("standard")
        let blocking = hall.host.world.start {
            try await runInDurableObject(hall.stub) { _, ctx in
                try await ctx.blockConcurrencyWhile { await hall.host.world.sleep(milliseconds: 50) }
            }
        }
        try hall.host.settle()
        for number in 1...5 { try socket.send("m\(number)") }
        try hall.host.settle()
        #expect(hall.events.all == ["made"])
        hall.host.world.scheduler.holdsCommits = true
        try hall.host.advance(by: .milliseconds(50))
        #expect(blocking.result != nil)
        #expect(hall.events.all == ["made"] + (1...5).map { "heard m\($0)" })
        #expect(socket.texts == ["m1 1"])
        hall.host.world.scheduler.holdsCommits = false
        try hall.host.settle()
        #expect(socket.texts == (1...5).flatMap { ["m\($0) \($0)", "after m\($0)"] })
    }

    @Test func `a half-open socket is closed by its object, which is kept until then`() throws {
        let hall = try HallHost(
            HallEnvironment(close: { ctx, socket in
                try await ctx.sleep(milliseconds: 30_000)
                try socket.send("last")
                try socket.close(code: 4001, reason: "now")
            })
        )
        let socket = try hall.connect("half")
        try socket.close(code: 4000, reason: "bye")
        try hall.host.advance(by: .seconds(29))
        #expect(socket.end == nil)
        #expect(hall.events.all == ["made", "closed 4000 bye true closing"])
        try hall.host.advance(by: .seconds(1))
        #expect(socket.texts == ["last"])
        #expect(socket.end == .closed(code: 4001, reason: "now"))
        try hall.host.advance(by: .seconds(10))
        #expect(try !hall.isInMemory)
    }

    @Test func `a half-open socket whose connection goes lets go of its object without telling it again`() throws {
        let hall = try HallHost()
        let socket = try hall.connect("half")
        try socket.send("m")
        try socket.close(code: 4000)
        try hall.host.advance(by: .seconds(30))
        #expect(try hall.isInMemory)
        socket.drop()
        try hall.host.advance(by: .seconds(10))
        #expect(try !hall.isInMemory)
        #expect(hall.events.all == ["made", "heard m", "closed 4000  true closing"])
    }

    @Test func `a loss and a failure are told to their listeners, and let go of the object`() throws {
        let hall = try HallHost()
        let sockets = [try hall.connect("standard"), try hall.connect("standard")]
        sockets[0].drop()
        try hall.host.settle()
        sockets[1].webSocket.terminate(ShapeError(text: "bad"))
        try hall.host.settle()
        #expect(
            hall.events.all == [
                "made", "closed 1006 WebSocket disconnected without sending Close frame. false closed",
                #"failed ShapeError(text: "bad")"#,
            ]
        )
        try hall.host.advance(by: .seconds(10))
        #expect(try !hall.isInMemory)
    }

    @Test func `listeners are called in order, each of its type, and one that throws stops no other`() throws {
        let hall = try HallHost()
        let heard = Recorder<String>()
        let client = try hall.inside { _, _ in
            let pair = WebSocketPair()
            pair.server.addEventListener(.message) { _ in throw ShapeError(text: "first") }
            pair.server.addEventListener(.message) { heard.add("second \($0.words)") }
            pair.server.addEventListener(.close) { heard.add("closed \($0.code)") }
            try pair.server.accept()
            return TestSocket(pair.client)
        }
        try client.send("x")
        try client.close(code: 1000)
        try hall.host.settle()
        #expect(heard.all == ["second x", "closed 1000"])
        #expect(hall.log.all == [#"error: A socket's listener of Hall threw: ShapeError(text: "first")"#])
    }

    @Test func `two objects talk over a socket, each in events of its own`() throws {
        let hall = try HallHost()
        let texts = Recorder<String>()
        try hall.host.run {
            let server = hall.host.bindings.getByName("server")
            let client = hall.host.bindings.getByName("client")
            try await runInDurableObject(client) { _, ctx in
                let socket = try #require(try await server.fetch(Request("http://x/standard")).webSocket)
                socket.addEventListener(.message) { message in
                    try ctx.storage.kv.put("reply", message.words)
                    texts.add(message.words)
                }
                try socket.accept()
                try socket.send("hello")
            }
        }
        try hall.host.settle()
        #expect(texts.all == ["hello 1"])
        let error = #expect(throws: DurableObjectError.self) {
            let pair = try hall.inside { _, ctx in
                let pair = WebSocketPair()
                try pair.server.accept()
                return pair
            }
            try hall.host.run {
                try await runInDurableObject(hall.host.bindings.getByName("client")) { _, _ in try pair.server.send("x")
                }
            }
        }
        #expect(error?.message == "A socket of an object is only usable on the object's own executor.")
    }
}
