import Distributed
import DurableActors

/// An object that does what its test says; its closures are made anew in each process that runs the test.
distributed actor Stage: DurableObject, AlarmHandler {
    struct Env: Sendable {
        typealias Operation = @Sendable (DurableObjectState, Request) async throws -> String

        /// Runs before the first event of each life.
        var constructor: @Sendable (DurableObjectState) async throws -> Void = { _ in }
        /// What HTTP may ask for, by the last segment of the path.
        var operations: [String: Operation] = [:]
        /// Answers all other requests.
        var answer: @Sendable (DurableObjectState, Request) async throws -> Response = { _, _ in
            Response("Not found", status: 404)
        }
        var message: @Sendable (DurableObjectState, WebSocket, String) async throws -> Void = { _, _, _ in }
        var close: @Sendable (DurableObjectState, WebSocket, String) async throws -> Void = { _, _, _ in }
        var alarm: @Sendable (DurableObjectState, AlarmInfo) async throws -> Void = { _, _ in }
    }

    let ctx: DurableObjectState
    let env: Env

    init(ctx: DurableObjectState, env: Env) {
        (self.ctx, self.env) = (ctx, env)
        actorSystem = ctx.actorSystem
        ctx.blockConcurrencyWhile { try await env.constructor(ctx) }
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        if request.isWebSocketUpgrade { return try accept(request) }
        guard let operation = env.operations[request.url.segments.last ?? ""] else {
            return try await env.answer(ctx, request)
        }
        return Response(try await operation(ctx, request))
    }

    /// Takes a socket with the tags and the attachment that the query names.
    private func accept(_ request: Request) throws -> Response {
        let pair = WebSocketPair()
        let tags = request.url.searchParameters.filter { $0.name == "tag" }.map(\.value)
        try ctx.acceptWebSocket(pair.server, tags: tags)
        if let text = request.url.searchParameter("attachment") { try pair.server.serializeAttachment(text) }
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        switch message {
        case .text(let text): try await env.message(ctx, socket, text)
        case .binary(let bytes): try await env.message(ctx, socket, "bytes \(bytes)")
        }
    }

    func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        try await env.close(ctx, socket, "\(code) \(reason) \(wasClean)")
    }

    func alarm(_ info: AlarmInfo) async throws { try await env.alarm(ctx, info) }
}

extension Stage.Env {
    /// A stage that counts its lives in storage under `lives`, and answers `lives` with them.
    static var countingLives: Self {
        var env = Stage.Env()
        env.constructor = { ctx in
            let lives: Int = try await ctx.storage.get("lives") ?? 0
            try await ctx.storage.put("lives", lives + 1)
        }
        env.operations["lives"] = { ctx, _ in "\(try await ctx.lives)" }
        return env
    }
}

extension DurableObjectState {
    /// How often the object has been constructed, where it counts that.
    var lives: Int { get async throws { try await storage.get("lives") ?? 0 } }

    /// Sends a text to all sockets, or to those of a tag.
    func broadcast(_ text: String, tag: String? = nil) throws {
        for socket in try getWebSockets(tag: tag) where socket.readyState == .open { try socket.send(text) }
    }
}

/// Evicts stages of its own node.
distributed actor Warden: DurableObject {
    let ctx: DurableObjectState
    let env: DurableObjectNamespace<Stage>

    init(ctx: DurableObjectState, env: DurableObjectNamespace<Stage>) {
        (self.ctx, self.env) = (ctx, env)
        actorSystem = ctx.actorSystem
    }

    /// Whether there was something to evict, which now sleeps.
    distributed func evict(_ name: String, closesSockets: Bool) async throws -> Bool {
        let cell = env.getByName(name).id.cell
        if case .evicted = await EvictionRequest.evict(cell, closesSockets: closesSockets) { return true }
        return false
    }
}
