import Distributed
import DurableActors
import DurableActorsTestKit

/// What a hall does, as its test says, and where it notes what happens.
struct HallEnvironment: Sendable {
    let events = Recorder<String>()
    var constructor: @Sendable (DurableObjectState) async throws -> Void = { _ in }
    var message: @Sendable (DurableObjectState, WebSocket, WebSocketMessage) async throws -> Void = { _, _, _ in }
    var close: @Sendable (DurableObjectState, WebSocket) async throws -> Void = { _, _ in }
    var error: @Sendable (DurableObjectState, WebSocket) async throws -> Void = { _, _ in }
}

/// Holds sockets of both kinds, notes what they tell and does what its test says.
///
/// A request to `/standard` is answered with a socket taken by `accept`, any other with one that has the path's parts as
/// tags.
distributed actor Hall: DurableObject {
    let ctx: DurableObjectState
    let env: HallEnvironment
    private var heard = 0
    /// The object's ends of sockets that it has not taken.
    private(set) var kept: [WebSocket] = []

    init(ctx: DurableObjectState, env: HallEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
        env.events.add("made")
        ctx.blockConcurrencyWhile { try await env.constructor(ctx) }
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        switch request.url.pathname {
        case "/standard": try listen(pair.server, allowHalfOpen: false)
        case "/half": try listen(pair.server, allowHalfOpen: true)
        case "/kept": kept.append(pair.server)
        default: try ctx.acceptWebSocket(pair.server, tags: request.url.segments)
        }
        return Response(status: 101, webSocket: pair.client)
    }

    private func listen(_ socket: WebSocket, allowHalfOpen: Bool) throws {
        try socket.accept(allowHalfOpen: allowHalfOpen)
        socket.addEventListener(.message) { message in
            self.heard += 1
            self.env.events.add("heard \(message.words)")
            try socket.send("\(message.words) \(self.heard)")
            try await self.env.message(self.ctx, socket, message)
        }
        socket.addEventListener(.close) { close in
            self.env.events.add("closed \(close.code) \(close.reason) \(close.wasClean) \(socket.readyState)")
            try await self.env.close(self.ctx, socket)
        }
        socket.addEventListener(.error) { error in self.env.events.add("failed \(error)") }
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        env.events.add(message.words)
        try await env.message(ctx, socket, message)
    }

    func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        env.events.add("close \(code) \(reason) \(wasClean) \(socket.readyState)")
        try await env.close(ctx, socket)
    }

    func webSocketError(_ socket: WebSocket, _ error: any Error) async throws {
        env.events.add("error \(error)")
        try await env.error(ctx, socket)
    }
}

extension WebSocketMessage {
    /// The message for a test to compare.
    var words: String {
        switch self {
        case .text(let text): text
        case .binary(let bytes): "\(bytes)"
        }
    }
}

/// A hall of one name in a simulated world, with what it has noted.
final class HallHost: Sendable {
    let host: SimulatedHost<DurableObjectNamespace<Hall>>
    let events: Recorder<String>
    let log = Recorder<String>()

    init(
        seed: UInt64 = 1,
        order: SimulatedScheduler.Order = .seeded,
        limits: HostLimits = HostLimits(),
        _ environment: HallEnvironment = HallEnvironment()
    ) throws {
        events = environment.events
        let log = log
        host = try SimulatedHost(seed: seed, order: order, limits: limits, log: EventLog { log.add($0) }) { runtime in
            try runtime.register(Hall.self, binding: "HALL", uniqueKey: "hall", environment: environment)
        }
    }

    var stub: Hall { host.bindings.getByName("one") }

    func connect(_ path: String = "") throws -> TestSocket {
        try host.run { [self] in try await TestSocket.connect(to: stub, "http://x/" + path) }
    }

    /// Runs a body inside the hall.
    func inside<Result: Sendable>(
        _ body: @escaping @Sendable (isolated Hall, DurableObjectState) async throws -> Result
    ) throws -> Result {
        try host.run { [self] in try await runInDurableObject(stub, body) }
    }

    var isInMemory: Bool { get throws { try host.run { [self] in await DurableActorsTestKit.isInMemory(stub) } } }

    /// The number of sockets that are listed.
    var listed: Int { get throws { try inside { try $1.getWebSockets().count } } }
}
