import Distributed
import DurableActors

/// An object that writes down what it is told by calls and sockets, and is rung.
distributed actor Scribe: DurableObject {
    let ctx: DurableObjectState
    private let ledger: ScribeLedger

    init(ctx: DurableObjectState, env: ScribeLedger) {
        (self.ctx, ledger) = (ctx, env)
        actorSystem = ctx.actorSystem
    }

    /// Writes a number down, then takes its time; returns the number's place.
    distributed func note(_ number: Int, milliseconds: Int64) async throws -> Int {
        let before = try notes()
        try ctx.storage.kv.put("notes", before + [number])
        if milliseconds > 0 { try await ctx.sleep(milliseconds: milliseconds) }
        return before.count
    }

    distributed func notes() throws -> [Int] { try ctx.storage.kv.get("notes") ?? [] }

    distributed func remind(_ number: Int, milliseconds: Int64) async throws {
        try await ctx.storage.setAlarm(name: "\(number)", ctx.now + milliseconds)
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        try pair.server.serializeAttachment(String(request.url.pathname.dropFirst()))
        return Response(status: 101, webSocket: pair.client)
    }

    /// What was said on a socket.
    distributed func heard(on session: String) throws -> [String] { try ctx.storage.kv.get("heard \(session)") ?? [] }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        let session: String = try socket.deserializeAttachment() ?? ""
        guard case .text(let text) = message else { return }
        try ctx.storage.kv.put("heard \(session)", try heard(on: session) + [text])
        try socket.send(text)
    }
}

extension Scribe: AlarmHandler {
    func alarm(_ info: AlarmInfo) async throws { ledger.rang(info.name) }
}
