import Distributed
import DurableActors

/// What a room needs: the limiters, one object for each client's address.
struct ChatEnv: Sendable {
    let limiters: DurableObjectNamespace<RateLimiter>
}

/// A chat room whose sockets sleep with it.
///
/// The history is in storage and the members are the sockets' attachments, so a room may leave memory at any time. A
/// client says `{"name": …}` once and `{"message": …}` ever after.
distributed actor ChatRoom: DurableObject {
    static let maximumNameLength = 32
    static let maximumMessageLength = 256
    static let historyLength = 100
    let ctx: DurableObjectState
    let env: ChatEnv

    init(ctx: DurableObjectState, env: ChatEnv) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        guard request.isWebSocketUpgrade else { return Response("Expected a WebSocket", status: 426) }
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        let address = request.headers.get("cf-connecting-ip") ?? "unknown"
        try pair.server.serializeAttachment(ChatMember(address: address))
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        guard let member = try socket.deserializeAttachment(as: ChatMember.self) else { return }
        do {
            guard case .text(let text) = message else { throw ChatRefusal("Only text is understood.") }
            let data = try ChatRefusal.reading(text)
            if let name = member.name {
                try await say(data["message"]?.string, as: name, from: member.address)
            } else {
                try await join(socket, member, as: data["name"]?.string)
            }
        } catch let refusal as ChatRefusal {
            try socket.send(JSON.stringify(["error": refusal.reason]))
        }
    }

    func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        guard let name = try socket.deserializeAttachment(as: ChatMember.self)?.name else { return }
        try broadcast(JSON.stringify(["quit": name]), without: socket)
    }

    private func join(_ socket: WebSocket, _ member: ChatMember, as name: String?) async throws {
        guard let name, !name.isEmpty else { throw ChatRefusal("Say your name first.") }
        guard name.count <= Self.maximumNameLength else { throw ChatRefusal("The name is too long.") }
        for other in try members() { try socket.send(JSON.stringify(["joined": other.name])) }
        try socket.serializeAttachment(ChatMember(address: member.address, name: name))
        for entry in try await history(Self.historyLength).reversed() { try socket.send(JSON.stringify(entry)) }
        try broadcast(JSON.stringify(["joined": name]))
        try socket.send(JSON.stringify(["ready": true]))
    }

    private func say(_ text: String?, as name: String, from address: String) async throws {
        guard let text, !text.isEmpty else { throw ChatRefusal("There is no message.") }
        guard text.count <= Self.maximumMessageLength else { throw ChatRefusal("The message is too long.") }
        let wait = try await env.limiters.getByName(address).take("chat")
        guard wait == 0 else { throw ChatRefusal("Too fast: wait \(wait) ms.") }
        let last = try await history(1).first?.timestamp ?? 0
        let entry = ChatMessage(name: name, message: text, timestamp: max(ctx.now, last + 1))
        try await ctx.storage.put("message:" + padded(entry.timestamp), entry)
        try broadcast(JSON.stringify(entry))
    }

    /// The latest messages, the newest first.
    private func history(_ count: Int) async throws -> [ChatMessage] {
        try await ctx.storage.list(ListOptions(prefix: "message:", reverse: true, limit: count)).values
    }

    private func members() throws -> [(socket: WebSocket, name: String)] {
        try ctx.getWebSockets().filter { $0.readyState == .open }.compactMap { socket in
            try socket.deserializeAttachment(as: ChatMember.self)?.name.map { (socket, $0) }
        }
    }

    private func broadcast(_ text: String, without left: WebSocket? = nil) throws {
        for member in try members() where member.socket !== left { try member.socket.send(text) }
    }
}
