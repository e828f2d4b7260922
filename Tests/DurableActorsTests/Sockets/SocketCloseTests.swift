import DurableActors
import DurableActorsTestKit
import Testing

/// How sockets that may hibernate end.
@Suite struct SocketCloseTests {
    @Test func `DO 134: a client's close is told once, and the socket is listed in the first turn only`() throws {
        let listed = Recorder<Int>()
        let hall = try HallHost(
            HallEnvironment(close: { ctx, socket in
                listed.add(try ctx.getWebSockets().count)
                try await ctx.sleep(milliseconds: 1)
                listed.add(try ctx.getWebSockets().count)
            })
        )
        let socket = try hall.connect()
        try socket.close(code: 4001, reason: "bye")
        try hall.host.settle()
        socket.drop()
        try hall.host.advance(by: .milliseconds(5))
        #expect(hall.events.all == ["made", "close 4001 bye true closing"])
        #expect(listed.all == [1, 0])
        #expect(try hall.listed == 0)
    }

    @Test func `DO 135: a connection that is lost is told as 1006`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        socket.drop()
        try hall.host.settle()
        let reason = "WebSocket disconnected without sending Close frame."
        #expect(hall.events.all == ["made", "close 1006 \(reason) false closed"])
        #expect(try hall.listed == 0)
    }

    @Test func `DO 136: a close without a code is told as 1005, and answered without one`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        try socket.close()
        try hall.host.settle()
        #expect(hall.events.all == ["made", "close 1005  true closing"])
        #expect(socket.end == .closed(code: 1005, reason: ""))
    }

    @Test func `DO 137: a handler may send and close after it has waited`() throws {
        let hall = try HallHost(
            HallEnvironment(close: { ctx, socket in
                try await ctx.sleep(milliseconds: 5)
                try socket.send("last")
                try socket.close(code: 1000, reason: "done")
            })
        )
        let socket = try hall.connect()
        try socket.close(code: 3000, reason: "bye")
        try hall.host.advance(by: .milliseconds(4))
        #expect(socket.end == nil)
        try hall.host.advance(by: .milliseconds(1))
        #expect(socket.texts == ["last"])
        #expect(socket.end == .closed(code: 1000, reason: "done"))
    }

    @Test func `a close is answered with its own code also when the handler throws`() throws {
        let hall = try HallHost(HallEnvironment(close: { _, _ in throw ShapeError(text: "close") }))
        let socket = try hall.connect()
        try socket.close(code: 4002, reason: "bye")
        try hall.host.settle()
        #expect(socket.end == .closed(code: 4002, reason: "bye"))
        #expect(hall.log.all == [#"error: A socket's handler of Hall threw: ShapeError(text: "close")"#])
    }

    @Test func `DO 138: after its close an object cannot send, and a second close does nothing`() throws {
        let hall = try HallHost()
        let client = try hall.connect()
        let (error, states) = try hall.inside { _, ctx in
            let socket = try #require(try ctx.getWebSockets().first)
            let before = socket.readyState
            try socket.send("first")
            try socket.close(code: 4000, reason: "one")
            try socket.close(code: 4001, reason: "two")
            let error = #expect(throws: DurableObjectError.self) { try socket.send("x") }
            return (error, [before, socket.readyState])
        }
        #expect(error?.name == "TypeError")
        #expect(error?.message == "Can't call WebSocket send() after close().")
        #expect(states == [.open, .closing])
        #expect(client.texts == ["first"])
        #expect(client.end == .closed(code: 4000, reason: "one"))
        #expect(try hall.listed == 1)
        try client.close(code: 4000, reason: "echo")
        try hall.host.settle()
        #expect(hall.events.all == ["made", "close 4000 echo true closed"])
        #expect(try hall.listed == 0)
    }

    @Test func `DO 139: a close code is one that may be sent, and a reason is short and has a code`() throws {
        let hall = try HallHost()
        let errors = try hall.inside { _, ctx in
            let socket = WebSocketPair().server
            try ctx.acceptWebSocket(socket)
            var errors = [999, 1004, 1005, 1006, 1015, 5000].map { code in
                #expect(throws: DurableObjectError.self) { try socket.close(code: code) }
            }
            errors.append(#expect(throws: DurableObjectError.self) { try socket.close(reason: "x") })
            let long = String(repeating: "é", count: 62)
            errors.append(#expect(throws: DurableObjectError.self) { try socket.close(code: 1000, reason: long) })
            for code in [1000, 1001, 3000, 4999] {
                let socket = WebSocketPair().server
                try ctx.acceptWebSocket(socket)
                try socket.close(code: code, reason: String(long.dropLast()) + "x")
            }
            return errors
        }
        #expect(
            errors.prefix(6).map { $0?.message }
                == [999, 1004, 1005, 1006, 1015, 5000].map { "Invalid WebSocket close code: \($0)." }
        )
        #expect(
            errors.suffix(2).map { $0?.message } == [
                "If you specify a WebSocket close reason, you must also specify a code.",
                "WebSocket close reason must not be longer than 123 bytes when UTF-8 encoded.",
            ]
        )
        #expect(errors.map { $0?.name } == Array(repeating: "InvalidAccessError", count: 7) + ["SyntaxError"])
    }

    @Test func `a socket that has failed is told so alone, and what the handler sends goes nowhere`() throws {
        let listed = Recorder<Int>()
        let hall = try HallHost(
            HallEnvironment(error: { ctx, socket in
                listed.add(try ctx.getWebSockets().count)
                try socket.send("x")
                try socket.close(code: 1000)
                try socket.send("x")
                try await ctx.sleep(milliseconds: 1)
                listed.add(try ctx.getWebSockets().count)
            })
        )
        let socket = try hall.connect()
        socket.webSocket.terminate(ShapeError(text: "bad frame"))
        try hall.host.advance(by: .milliseconds(5))
        #expect(hall.events.all == ["made", #"error ShapeError(text: "bad frame")"#])
        #expect(listed.all == [1, 0])
        #expect(socket.messages.isEmpty && socket.end == nil)
        #expect(hall.log.all.isEmpty)
    }

    @Test func `a socket that has ended is freed`() throws {
        let hall = try HallHost()
        weak var server: WebSocket?
        weak var client: WebSocket?
        for path in ["", "standard"] {
            for isClean in [true, false] {
                do {
                    let socket = try hall.connect(path)
                    client = socket.webSocket
                    server = socket.webSocket.otherEnd
                    #expect(server != nil)
                    if isClean { try socket.close(code: 1000) } else { socket.drop() }
                }
                // The task that ran the last event may hold it until the object leaves memory.
                try hall.host.advance(by: .seconds(10))
                #expect(server == nil && client == nil)
            }
        }
    }
}
