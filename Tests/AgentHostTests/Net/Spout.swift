import Distributed
import DurableActors

/// Sends more than its client reads.
distributed actor Spout: DurableObject {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// How many messages have come.
    private var heard = 0

    /// A path is a policy to connect with, `heard` for how many messages have come, or a number of messages of one MiB
    /// to send, after which it closes unless the query is `open`.
    distributed func fetch(_ request: Request) async throws -> Response {
        let path = request.url.segments.first ?? ""
        if let count = Int(path) {
            guard let socket = try ctx.getWebSockets().first else { return Response("none", status: 404) }
            for number in 0..<count { try socket.send(Self.message(number, 1 << 20)) }
            let waiting = socket.bufferedAmount
            if request.url.query != "open" { try socket.close(code: 4000, reason: "poured") }
            return Response("\(waiting)")
        }
        if path == "heard" { return Response("\(heard)") }
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        switch path {
        case "close": pair.server.setSlowConsumerPolicy(.close(overBytes: 1 << 20))
        case "drop": pair.server.setSlowConsumerPolicy(.drop(overBytes: 1 << 20))
        case "wait": pair.server.setSlowConsumerPolicy(.wait(overBytes: 1 << 20))
        default: break
        }
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        heard += 1
        try socket.send([UInt8](repeating: 0xFF, count: 160 << 10))
    }

    /// A message that begins with its number.
    private static func message(_ number: Int, _ bytes: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number)] + [UInt8](repeating: 0, count: bytes - 1)
    }
}
