import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

/// How the events of sockets run, and what their failure does.
@Suite struct SocketHandlerTests {
    @Test func `DO 141: a handler that throws is logged, and the socket goes on`() throws {
        let hall = try HallHost(HallEnvironment(message: { _, _, message in throw ShapeError(text: message.words) }))
        let socket = try hall.connect()
        try socket.send("one")
        try socket.send("two")
        try hall.host.settle()
        #expect(hall.events.all == ["made", "one", "two"])
        #expect(
            hall.log.all
                == ["one", "two"].map { #"error: A socket's handler of Hall threw: ShapeError(text: "\#($0)")"# }
        )
        #expect(socket.end == nil)
        #expect(socket.webSocket.readyState == .open)
    }

    @Test func `DO 142: a class without the handler is woken, and the message is dropped`() throws {
        let host = try simulatedHost(Deaf.self)
        let socket = try host.run { try await TestSocket.connect(to: host.bindings.getByName("one")) }
        try host.advance(by: .seconds(10))
        #expect(try !host.run { await isInMemory(host.bindings.getByName("one")) })
        try socket.send("hello")
        try host.settle()
        #expect(try host.run { await isInMemory(host.bindings.getByName("one")) })
        #expect(socket.messages.isEmpty && socket.end == nil)
        try socket.close(code: 4000, reason: "bye")
        try host.settle()
        #expect(socket.end == .closed(code: 4000, reason: "bye"))
    }

    @Test func `DO 143: an object that aborts loses its sockets, and begins again without any`() throws {
        let hall = try HallHost()
        let sockets = [try hall.connect(), try hall.connect("standard")]
        #expect(throws: DurableObjectError.self) { try hall.inside { try $1.abort() } }
        #expect(sockets.map(\.end) == [.lost, .lost])
        try hall.host.settle()
        #expect(hall.events.take() == ["made"])
        let (listed, pair, timeout) = try hall.inside { _, ctx in
            (
                try ctx.getWebSockets().count, try ctx.getWebSocketAutoResponse(),
                try ctx.getHibernatableWebSocketEventTimeout()
            )
        }
        #expect(listed == 0 && pair == nil && timeout == nil)
        #expect(hall.events.all == ["made"])
    }

    @Test func `DO 144: an eviction may close the sockets, and leaves them alone unless told`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        try hall.host.run { try await evictDurableObject(hall.stub) }
        #expect(socket.end == nil)
        #expect(try hall.listed == 1)
        try hall.host.run { try await evictDurableObject(hall.stub, webSockets: .close) }
        #expect(socket.end != nil)
        #expect(try hall.listed == 0)
        #expect(hall.events.all == ["made", "made", "made"])
    }

    @Test func `DO 145: a handler that takes longer than its time has the object reset`() throws {
        let hall = try HallHost(
            HallEnvironment(message: { ctx, socket, message in
                try await ctx.sleep(milliseconds: message.words == "short" ? 49 : 500)
                try socket.send("done")
            })
        )
        let socket = try hall.connect()
        try hall.inside { try $1.setHibernatableWebSocketEventTimeout(milliseconds: 50) }
        #expect(try hall.inside { try $1.getHibernatableWebSocketEventTimeout() } == 50)
        try socket.send("short")
        try hall.host.advance(by: .milliseconds(60))
        #expect(socket.texts == ["done"])
        try socket.send("long")
        try hall.host.advance(by: .milliseconds(49))
        #expect(socket.end == nil)
        let waiting = hall.host.world.start {
            try await runInDurableObject(hall.stub) { try await $1.sleep(milliseconds: 10_000) }
        }
        try hall.host.advance(by: .milliseconds(1))
        #expect(socket.end == .lost)
        let error = #expect(throws: DurableObjectError.self) { try waiting.result?.get() }
        #expect(error?.message == "Actor exceeded event execution time and was disconnected.")
        #expect(error?.retryable == true && error?.durableObjectReset == true && error?.remote == true)
        #expect(error?.code == .disconnected)
    }

    @Test func `DO 146: a handler's time is at most seven days, and none or zero lifts it`() throws {
        let hall = try HallHost()
        let (error, times) = try hall.inside { _, ctx in
            var times: [Int?] = [try ctx.getHibernatableWebSocketEventTimeout()]
            try ctx.setHibernatableWebSocketEventTimeout(milliseconds: 604_800_000)
            times.append(try ctx.getHibernatableWebSocketEventTimeout())
            let error = #expect(throws: DurableObjectError.self) {
                try ctx.setHibernatableWebSocketEventTimeout(milliseconds: 604_800_001)
            }
            times.append(try ctx.getHibernatableWebSocketEventTimeout())
            try ctx.setHibernatableWebSocketEventTimeout(milliseconds: 0)
            times.append(try ctx.getHibernatableWebSocketEventTimeout())
            try ctx.setHibernatableWebSocketEventTimeout(milliseconds: 5)
            try ctx.setHibernatableWebSocketEventTimeout()
            times.append(try ctx.getHibernatableWebSocketEventTimeout())
            return (error, times)
        }
        #expect(error?.message == "Event timeout should not exceed 604800000 ms.")
        #expect(times == [nil, 604_800_000, 604_800_000, nil, nil])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `DO 147: handlers of one socket start in order, and may overlap where they wait`(seed: UInt64) throws {
        let ends = Recorder<String>()
        let hall = try HallHost(
            seed: seed,
            HallEnvironment(message: { ctx, _, message in
                if message.words == "0" { try await ctx.sleep(milliseconds: 1) }
                ends.add(message.words)
            })
        )
        let socket = try hall.connect()
        for number in 0..<300 { try socket.send("\(number)") }
        try hall.host.advance(by: .milliseconds(1))
        let (begun, ended) = (hall.events.all, ends.all)
        let numbers = (0..<300).map { "\($0)" }
        #expect((begun == ["made"] + numbers), "\(begun)")
        #expect((ended == numbers.dropFirst() + ["0"]), "\(ended)")
    }

    @Test func `a socket whose object cannot be started is dropped, after one more attempt to tell it`() throws {
        let starts = Recorder<Int>()
        let hall = try HallHost(
            HallEnvironment(constructor: { _ in
                starts.add(1)
                if (2...3).contains(starts.all.count) { throw ShapeError(text: "start") }
            })
        )
        let socket = try hall.connect()
        try hall.host.run { try await evictDurableObject(hall.stub) }
        try socket.send("one")
        try socket.send("two")
        try hall.host.settle()
        #expect(socket.end == .lost)
        #expect(starts.all.count == 3)
        #expect(try hall.listed == 0)
        #expect(hall.events.all == ["made", "made", "made", "made"])
    }

    @Test func `an object that starts at the second attempt is told that its socket has failed`() throws {
        let starts = Recorder<Int>()
        let hall = try HallHost(
            HallEnvironment(constructor: { _ in
                starts.add(1)
                if starts.all.count == 2 { throw ShapeError(text: "start") }
            })
        )
        let socket = try hall.connect()
        try hall.host.run { try await evictDurableObject(hall.stub) }
        try socket.send("one")
        try socket.send("two")
        try hall.host.settle()
        #expect(socket.end == .lost)
        #expect(
            hall.events.all == ["made", "made", "made", "error The object could not be started for its socket."]
        )
        #expect(try hall.listed == 0)
    }
}

/// Takes sockets and has no handlers for them.
distributed actor Deaf: DurableObject {
    let ctx: DurableObjectState
    let env: NoEnvironment

    init(ctx: DurableObjectState, env: NoEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        return Response(status: 101, webSocket: pair.client)
    }
}
