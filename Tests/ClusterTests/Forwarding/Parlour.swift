import Distributed
import DurableActors

/// An object that answers each message of its sockets, and remembers what each client has said.
distributed actor Parlour: DurableObject {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        let client = String(request.url.pathname.dropFirst())
        if client == "plain" {
            try pair.server.accept()
        } else {
            try ctx.acceptWebSocket(pair.server, tags: ["all", client])
            try pair.server.serializeAttachment(client)
        }
        return Response(status: 101, webSocket: pair.client)
    }

    distributed func setAnswer() throws {
        try ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair(request: "ping", response: "pong"))
        try ctx.setHibernatableWebSocketEventTimeout(milliseconds: 1234)
    }

    /// What is known of the sockets: tags and attachments, the newest first, and what was said of all.
    distributed func sockets() throws -> [String] {
        let known = try ctx.getWebSockets().map { socket in
            let name: String? = try socket.deserializeAttachment()
            let isAnswered = try ctx.getWebSocketAutoResponseTimestamp(socket) != nil
            return "\(try ctx.getTags(socket)) \(name ?? "") \(isAnswered)"
        }
        return known + ["\(try ctx.getHibernatableWebSocketEventTimeout() ?? 0)"]
    }

    distributed func tell(_ text: String) throws { for socket in try ctx.getWebSockets() { try socket.send(text) } }

    distributed func end(_ client: String) throws {
        for socket in try ctx.getWebSockets(tag: client) { try socket.close(code: 4000, reason: "enough") }
    }

    distributed func heard(of client: String) throws -> [String] { try ctx.storage.kv.get("heard \(client)") ?? [] }

    private func note(_ text: String, of client: String) throws {
        try ctx.storage.kv.put("heard \(client)", try heard(of: client) + [text])
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        let client: String = try socket.deserializeAttachment() ?? ""
        guard case .text(let text) = message else { return }
        try note(String(text.prefix { $0 != " " }), of: client)
        try socket.send("re \(text)")
    }

    func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        try note("closed \(code)", of: try socket.deserializeAttachment() ?? "")
    }
}
