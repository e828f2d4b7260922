import Distributed
import DurableActors

/// An object that handles no message of its sockets before it is told to, and may say more than its client reads.
distributed actor Hoarder: DurableObject {
    struct Env: Sendable {}

    let ctx: DurableObjectState
    private var held: [CheckedContinuation<Void, Never>] = []

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        return Response(status: 101, webSocket: pair.client)
    }

    /// How many messages wait to be handled.
    distributed func count() -> Int { held.count }

    /// Sends messages at once, and drops those for which no room is left; how much then waits.
    distributed func pour(_ count: Int, bytes: Int, room: Int) throws -> Int {
        guard let socket = try ctx.getWebSockets().first else { return -1 }
        socket.setSlowConsumerPolicy(.drop(overBytes: room))
        for _ in 0..<count { try socket.send([UInt8](repeating: 0, count: bytes)) }
        return socket.bufferedAmount
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        guard case .text = message else { return await withCheckedContinuation { held.append($0) } }
        try socket.send("\(held.count)")
        for continuation in held { continuation.resume() }
        held = []
    }
}
