import Distributed
import DurableActors

/// Holds sockets and echoes what comes in, counting on disk.
distributed actor Room: DurableObject {
    let ctx: DurableObjectState
    let env: NoEnvironment

    init(ctx: DurableObjectState, env: NoEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server, tags: request.url.segments)
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        guard case .text(let text) = message else { return try socket.send([1, 2, 3]) }
        if text == "fail" { throw ShapeError(text: text) }
        let count = (try ctx.storage.kv.get("count") ?? 0) + 1
        try ctx.storage.kv.put("count", count)
        try socket.send("\(text) \(count)")
    }

    func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        try ctx.storage.kv.put("close", "\(code) \(reason) \(wasClean)")
    }

    distributed func broadcast(_ text: String, tag: String?) async throws -> Int {
        let sockets = try ctx.getWebSockets(tag: tag)
        for socket in sockets { try socket.send(text) }
        return sockets.count
    }

    distributed func lastClose() async throws -> String? { try ctx.storage.kv.get("close") }

    distributed func count() async throws -> Int { try ctx.storage.kv.get("count") ?? 0 }

    distributed func abort() async throws { try ctx.abort("over") }
}
