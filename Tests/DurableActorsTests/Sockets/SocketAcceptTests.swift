import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

/// How sockets are taken, tagged and listed.
@Suite struct SocketAcceptTests {
    @Test func `DO 124: what a client sends reaches the handler as text or bytes`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        try socket.send("a text")
        try socket.send([0, 255])
        try hall.host.settle()
        #expect(hall.events.all == ["made", "a text", "[0, 255]"])
    }

    @Test func `a socket whose other end nobody was given ends as a lost one, as when its handler throws`() throws {
        let lives = Recorder<String>()
        let host = try SimulatedHost { runtime in
            try runtime.register(Stumbler.self, binding: "STUMBLER", uniqueKey: "stumbler", environment: lives)
        }
        let stub = host.bindings.getByName("one")
        #expect(throws: DurableObjectError.self) { try host.run { try await stub.fetch(Request("http://x/")) } }
        try host.settle()
        #expect(lives.all == ["accepted 1", "close 1006 WebSocket disconnected without sending Close frame. false"])
        let listed = try host.run { try await runInDurableObject(stub) { try $1.getWebSockets().count } }
        #expect(listed == 0)
    }

    @Test func `DO 125: after ten idle seconds a message makes the object anew for the same socket`() throws {
        let hall = try HallHost(
            HallEnvironment(message: { ctx, socket, _ in
                let kept = try socket.deserializeAttachment(as: String.self) ?? "nothing"
                try socket.send("\(kept) \(try ctx.getTags(socket)) \(try ctx.getWebSockets().first === socket)")
            })
        )
        let socket = try hall.connect("red/blue")
        try hall.inside { try $1.getWebSockets().first?.serializeAttachment("kept") }
        try hall.host.advance(by: .seconds(10))
        #expect(try !hall.isInMemory)
        try socket.send("hello")
        try hall.host.settle()
        #expect(socket.texts == [#"kept ["red", "blue"] true"#])
        #expect(hall.events.all == ["made", "made", "hello"])
    }

    @Test func `DO 127: a socket is taken once, and only while its other end is unused`() throws {
        let hall = try HallHost()
        _ = try hall.connect("kept")
        let errors = try hall.inside { hall, ctx -> [String] in
            func error(_ body: () throws -> Void) -> String {
                do { try body() } catch { return "\((error as? DurableObjectError)?.name ?? "") \(error)" }
                return "none"
            }
            let (standard, hibernatable, client) = (WebSocketPair(), WebSocketPair(), WebSocketPair())
            try standard.server.accept()
            try standard.server.accept()
            try ctx.acceptWebSocket(hibernatable.server)
            try client.client.accept()
            return [
                error { try ctx.acceptWebSocket(standard.server) },
                error { try ctx.acceptWebSocket(hibernatable.server) },
                error { try hibernatable.server.accept() },
                error { try ctx.acceptWebSocket(client.server) },
                error { try ctx.acceptWebSocket(hall.kept[0]) },
            ]
        }
        let accepted = "Error Cannot call `acceptWebSocket()` if the WebSocket was already accepted via `accept()`"
        let used =
            "Error Cannot call `acceptWebSocket()` on this WebSocket because its pair has already been accepted or used"
            + " in a Response."
        let hibernatable = "TypeError Can't accept() WebSocket after enabling hibernation."
        #expect(errors == [accepted, accepted, hibernatable, used, used])
    }

    @Test func `an end out of a response cannot be accepted, and one that nobody took cannot send`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        let errors = try hall.inside { _, _ in
            let used = #expect(throws: DurableObjectError.self) { try socket.webSocket.accept() }
            let unused = #expect(throws: DurableObjectError.self) { try WebSocketPair().server.send("x") }
            return [used, unused]
        }
        #expect(errors.map { $0?.name } == ["TypeError", "TypeError"])
        #expect(
            errors.map { $0?.message } == [
                "Can't accept() WebSocket that was already used in a response.",
                "You must call one of accept() or state.acceptWebSocket() on this WebSocket before sending messages.",
            ]
        )
    }

    @Test func `outside of objects a program's end sends, and one that was used cannot be accepted`() throws {
        let pair = WebSocketPair()
        try pair.server.accept()
        let client = TestSocket(pair.client)
        try pair.server.send("one")
        try client.send("heard by nobody")
        try pair.server.close(code: 4000, reason: "no")
        #expect(client.texts == ["one"])
        #expect(client.end == .closed(code: 4000, reason: "no"))
        #expect(throws: DurableObjectError.self) { try pair.client.accept() }
    }

    @Test func `DO 128: a socket has at most ten distinct tags of at most 256 bytes`() throws {
        let hall = try HallHost()
        let ten = (1...10).map { "t\($0)" }
        let long = String(repeating: "é", count: 128)
        let (errors, tags, client) = try hall.inside { _, ctx in
            func error(_ tags: [String]) -> String? {
                #expect(throws: DurableObjectError.self) {
                    try ctx.acceptWebSocket(WebSocketPair().server, tags: tags)
                }?.message
            }
            let errors = [error(ten + ["t11"]), error(ten + ["t1"]), error([long + "x"])]
            let pair = WebSocketPair()
            try ctx.acceptWebSocket(pair.server, tags: ["b", "a", "b", long, "a"])
            return (errors, try ctx.getTags(pair.server), pair.client)
        }
        #expect(
            errors == [
                "a Hibernatable WebSocket cannot have more than 10 tags",
                "a Hibernatable WebSocket cannot have more than 10 tags",
                "\"\(long)x\" is longer than the max tag length (256 characters).",
            ]
        )
        #expect(tags == ["b", "a", long])
        #expect(try hall.listed == 1)
        #expect(client.readyState == .open)
    }

    @Test func `DO 129: sockets are listed newest first, and those of a tag oldest first`() throws {
        let hall = try HallHost()
        for tag in ["a/1", "b/2", "a/3"] { _ = try hall.connect(tag) }
        let lists = try hall.inside { _, ctx in
            try [nil, "a", "zz"].map { try ctx.getWebSockets(tag: $0).map { try ctx.getTags($0)[1] } }
        }
        #expect(lists == [["3", "2", "1"], ["1", "3"], []])
    }

    @Test func `tags are those of sockets that may hibernate`() throws {
        let hall = try HallHost()
        let errors = try hall.inside { _, ctx in
            let (standard, unused) = (WebSocketPair(), WebSocketPair())
            try standard.server.accept()
            return [standard, unused].map { pair in
                #expect(throws: DurableObjectError.self) { try ctx.getTags(pair.server) }?.message
            }
        }
        #expect(
            errors == [
                "only hibernatable websockets can have tags.",
                "you must call 'acceptWebSocket()' before attempting to access the tags of a WebSocket.",
            ]
        )
    }

    @Test func `an object takes so many sockets and no more`() throws {
        var limits = HostLimits()
        limits.socketsPerObject = 2
        let hall = try HallHost(limits: limits)
        let (error, clients) = try hall.inside { _, ctx in
            let pairs = [WebSocketPair(), WebSocketPair()]
            for pair in pairs { try ctx.acceptWebSocket(pair.server) }
            let error = #expect(throws: DurableObjectError.self) { try ctx.acceptWebSocket(WebSocketPair().server) }
            return (error, pairs.map(\.client))
        }
        #expect(error?.message == "only 32768 websockets can be accepted on a single Durable Object instance")
        #expect(try hall.listed == 2)
        #expect(clients.allSatisfy { $0.readyState == .open })
    }

    @Test func `DO 140: an attachment has at most 16384 bytes, and none is nil`() throws {
        let hall = try HallHost()
        _ = try hall.connect()
        let (none, error, kept) = try hall.inside { _, ctx in
            let socket = try #require(try ctx.getWebSockets().first)
            let none = try socket.deserializeAttachment(as: String.self)
            try socket.serializeAttachment("before")
            let large = [UInt8](repeating: 0, count: 16_384)
            let error = #expect(throws: DurableObjectError.self) { try socket.serializeAttachment(large) }
            return (none, error, try socket.deserializeAttachment(as: String.self))
        }
        let size = try ValueCodec.encode([UInt8](repeating: 0, count: 16_384)).count
        #expect(size > 16_384)
        #expect(none == nil)
        #expect(
            error?.message
                == "A WebSocket 'attachment' cannot be larger than 16384 bytes.'attachment' was \(size) bytes."
        )
        #expect(kept == "before")
    }

    @Test func `an attachment that cannot be encoded is refused as a value to be stored is`() throws {
        let hall = try HallHost()
        _ = try hall.connect()
        let error = try hall.inside { _, ctx in
            let socket = try #require(try ctx.getWebSockets().first)
            return #expect(throws: DurableObjectError.self) { try socket.serializeAttachment(Unclonable()) }
        }
        #expect(error?.name == "DataCloneError")
        #expect(
            error?.message
                == "Could not serialize object of type \"Unclonable\". This type does not support serialization."
        )
    }
}

/// Refuses to be encoded.
private struct Unclonable: Encodable {
    func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(self, EncodingError.Context(codingPath: [], debugDescription: "never"))
    }
}

/// Accepts a socket and then throws.
private distributed actor Stumbler: DurableObject {
    private let ctx: DurableObjectState
    private let notes: Recorder<String>

    init(ctx: DurableObjectState, env: Recorder<String>) {
        self.ctx = ctx
        notes = env
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        notes.add("accepted \(try ctx.getWebSockets().count)")
        guard request.isWebSocketUpgrade else { throw DurableObjectError(.invalidArgument, "Not today.") }
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        notes.add("close \(code) \(reason) \(wasClean)")
    }
}
