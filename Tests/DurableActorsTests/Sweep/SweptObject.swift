import Distributed
import DurableActors
import DurableActorsTestKit

struct SweptEnvironment: Sendable {
    /// What an object itself finds wrong.
    let violations: Recorder<String>
    /// Each run of an alarm's handler.
    let rings: Recorder<Ringing>
    /// Whether the object answers each message twice, as a broken one.
    let doublesEchoes: Bool
}

/// One run of an alarm's handler.
struct Ringing: Sendable {
    let name: String
    let scheduled: Int64
    let at: Int64
}

/// An object that is used in every way at once.
distributed actor SweptObject: AlarmHandler {
    let ctx: DurableObjectState
    let env: SweptEnvironment
    /// The stored version as this life knows it; only another life could change it behind its back.
    private var version: Int?

    init(ctx: DurableObjectState, env: SweptEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    private func noteChange() throws {
        let stored = try ctx.storage.kv.get("version", as: Int.self) ?? 0
        if let version, version != stored { env.violations.add("two lives of \(ctx.id.name ?? "") write") }
        version = stored + 1
        try ctx.storage.kv.put("version", stored + 1)
    }

    distributed func put(_ key: String, _ value: Int) async throws {
        try noteChange()
        try await ctx.storage.put(key, value)
    }

    distributed func delete(_ key: String) async throws {
        try noteChange()
        try await ctx.storage.delete(key)
    }

    distributed func list(_ prefix: String) async throws -> [String: Int] {
        let entries = try await ctx.storage.list(ListOptions(prefix: prefix), as: Int.self)
        return Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
    }

    /// Writes two keys in a transaction that waits between them, and then may fail.
    distributed func write(_ first: String, _ second: String, _ value: Int, fails: Bool) async throws {
        let ctx = ctx
        try await ctx.storage.transaction { txn in
            try await txn.put(first, value)
            try await ctx.sleep(milliseconds: Int64(value % 7))
            try await txn.put(second, value)
            if fails { throw ShapeError(text: "on purpose") }
        }
    }

    distributed func ring(at due: Int64) async throws { try await ctx.storage.setAlarm(due) }

    distributed func unring() async throws { try await ctx.storage.deleteAlarm() }

    distributed func abort() async throws { try ctx.abort("on purpose") }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        guard case .text(let text) = message else { return }
        try ctx.storage.kv.put("heard", text)
        try socket.send(text)
        if env.doublesEchoes { try socket.send(text) }
    }

    func alarm(_ info: AlarmInfo) async throws {
        env.rings.add(Ringing(name: ctx.id.name ?? "", scheduled: info.scheduledTime, at: ctx.now))
    }
}
