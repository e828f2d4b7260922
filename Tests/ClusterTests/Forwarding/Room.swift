import Distributed
import DurableActors

/// An object that keeps numbers, answers by streams and holds sockets.
distributed actor Room: DurableObject {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func note(_ number: Int) throws { try ctx.storage.kv.put("notes", try notes() + [number]) }

    distributed func notes() throws -> [Int] { try ctx.storage.kv.get("notes") ?? [] }

    distributed func hang() async throws {
        let (stream, _) = ByteStream.make()
        for try await _ in stream {}
    }

    distributed func tell(_ text: String) throws {
        for socket in try ctx.getWebSockets() { try socket.send(text) }
    }

    distributed func sockets(tagged tag: String) throws -> Int { try ctx.getWebSockets(tag: tag).count }

    distributed func setAnswer() throws {
        try ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair(request: "ping", response: "pong"))
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        if request.isWebSocketUpgrade {
            let pair = WebSocketPair()
            try ctx.acceptWebSocket(pair.server, tags: [request.url.query])
            try pair.server.serializeAttachment(request.url.pathname)
            return Response(status: 101, webSocket: pair.client)
        }
        guard case .stream(let body)? = request.body else { return Response(try await request.text()) }
        let (stream, writer) = ByteStream.make()
        ctx.waitUntil {
            for try await piece in body { try await writer.write(piece.map { $0 &+ 1 }) }
            writer.finish()
        }
        return Response(body: .stream(stream))
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        let path: String? = try socket.deserializeAttachment()
        switch message {
        case .text("close"): try socket.close(code: 4001, reason: "as asked")
        case .text(let text): try socket.send("\(path ?? ""): \(text)")
        case .binary(let bytes): try socket.send(bytes)
        }
    }

    func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        try note(code)
    }
}
