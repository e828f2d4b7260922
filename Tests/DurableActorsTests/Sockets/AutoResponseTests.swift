import DurableActors
import DurableActorsTestKit
import Testing

/// What the host answers without the object.
@Suite struct AutoResponseTests {
    private static let pair = WebSocketRequestResponsePair(request: "ping", response: "pong")

    private func timestamp(_ hall: HallHost) throws -> Int64? {
        try hall.inside { _, ctx in
            try ctx.getWebSocketAutoResponseTimestamp(try #require(try ctx.getWebSockets().first))
        }
    }

    @Test func `DO 130: a hibernated object's host answers without waking it and notes when`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        try hall.inside { try $1.setWebSocketAutoResponse(Self.pair) }
        #expect(try timestamp(hall) == nil)
        try hall.host.advance(by: .seconds(10))
        #expect(try !hall.isInMemory)
        let asked = hall.host.world.clock.nowMilliseconds
        try socket.send("ping")
        #expect(socket.texts == ["pong"])
        try hall.host.advance(by: .seconds(10))
        #expect(try !hall.isInMemory)
        #expect(hall.events.all == ["made"])
        #expect(try timestamp(hall) == asked)
        #expect(try hall.inside { try $1.getWebSocketAutoResponse() } == Self.pair)
        #expect(hall.events.all == ["made", "made"])
    }

    @Test func `DO 131, 132: only the very text is answered, and the object does not hear of it`() throws {
        let hall = try HallHost()
        let first = try hall.connect()
        try hall.inside { try $1.setWebSocketAutoResponse(.init(request: "caf\u{e9}", response: "pong")) }
        let second = try hall.connect()
        for socket in [first, second] {
            for text in ["caf\u{e9}", "cafe\u{301}", "caf", "caf\u{e9}!"] { try socket.send(text) }
            try socket.send(Array("caf\u{e9}".utf8))
            try hall.host.settle()
            #expect(socket.texts == ["pong"])
            #expect(
                hall.events.take().filter { $0 != "made" } == [
                    "cafe\u{301}", "caf", "caf\u{e9}!", "[99, 97, 102, 195, 169]",
                ]
            )
        }
    }

    @Test func `DO 133: a pair is bounded, and without one messages are delivered again`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        let long = String(repeating: "x", count: 2049)
        let errors = try hall.inside { _, ctx in
            try ctx.setWebSocketAutoResponse(Self.pair)
            let longest = String(repeating: "x", count: 2048)
            try ctx.setWebSocketAutoResponse(.init(request: longest, response: longest))
            try ctx.setWebSocketAutoResponse(Self.pair)
            return [
                #expect(throws: DurableObjectError.self) {
                    try ctx.setWebSocketAutoResponse(.init(request: long, response: ""))
                },
                #expect(throws: DurableObjectError.self) {
                    try ctx.setWebSocketAutoResponse(.init(request: "", response: long))
                },
            ]
        }
        #expect(errors.map { $0?.name } == ["RangeError", "RangeError"])
        #expect(
            errors.map { $0?.message } == [
                "Request cannot be larger than 2048 bytes. A request of size 2049 was provided.",
                "Response cannot be larger than 2048 bytes. A response of size 2049 was provided.",
            ]
        )
        try socket.send("ping")
        let answered = try timestamp(hall)
        #expect(answered != nil)
        #expect(try hall.inside { try $1.getWebSocketAutoResponse() } == Self.pair)
        try hall.inside { try $1.setWebSocketAutoResponse() }
        #expect(try hall.inside { try $1.getWebSocketAutoResponse() } == nil)
        try socket.send("ping")
        try hall.host.settle()
        #expect(socket.texts == ["pong"])
        #expect(hall.events.all == ["made", "ping"])
        #expect(try timestamp(hall) == answered)
    }

    @Test func `DO 148: the host's answer overtakes what waits for the disk, and messages keep their order`() throws {
        let hall = try HallHost(
            HallEnvironment(message: { ctx, socket, _ in
                try socket.send("before")
                try ctx.storage.kv.put("key", 1)
                for number in 1...3 { try socket.send("\(number)") }
            })
        )
        let socket = try hall.connect()
        try hall.inside { try $1.setWebSocketAutoResponse(Self.pair) }
        hall.host.world.scheduler.holdsCommits = true
        try socket.send("go")
        try hall.host.settle()
        try socket.send("ping")
        #expect(socket.texts == ["before", "pong"])
        hall.host.world.scheduler.holdsCommits = false
        try hall.host.settle()
        try socket.send("ping")
        #expect(socket.texts == ["before", "pong", "1", "2", "3", "pong"])
    }

    @Test func `the host answers while nothing may enter the object, but not once it has closed`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        try hall.inside { try $1.setWebSocketAutoResponse(Self.pair) }
        let blocking = hall.host.world.start {
            try await runInDurableObject(hall.stub) { _, ctx in
                try await ctx.blockConcurrencyWhile { await hall.host.world.sleep(milliseconds: 50) }
            }
        }
        try hall.host.settle()
        try socket.send("ping")
        try socket.send("held")
        try hall.host.settle()
        #expect(socket.texts == ["pong"])
        #expect(hall.events.all == ["made"])
        try hall.host.advance(by: .milliseconds(50))
        #expect(blocking.result != nil)
        #expect(hall.events.all == ["made", "held"])
        try hall.inside { try $1.getWebSockets().first?.close(code: 1000) }
        try socket.send("ping")
        try hall.host.settle()
        #expect(socket.texts == ["pong"])
        #expect(hall.events.all == ["made", "held"])
    }

    @Test func `two objects that answer each other's texts themselves do so once`() throws {
        let hall = try HallHost()
        let first = hall.host.bindings.getByName("first")
        let second = hall.host.bindings.getByName("second")
        try hall.host.run {
            let client = try #require(try await first.fetch(Request("http://x/")).webSocket)
            for stub in [first, second] {
                try await runInDurableObject(stub) { _, ctx in
                    try ctx.setWebSocketAutoResponse(.init(request: "again", response: "again"))
                }
            }
            try await runInDurableObject(second) { _, ctx in
                try client.accept()
                try client.send("again")
            }
            try await runInDurableObject(first) { _, ctx in
                let socket = try #require(try ctx.getWebSockets().first)
                #expect(try ctx.getWebSocketAutoResponseTimestamp(socket) != nil)
            }
        }
        #expect(hall.events.all == ["made", "made"])
    }
}
