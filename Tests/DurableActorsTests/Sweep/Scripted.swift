import Distributed
import DurableActors
import DurableActorsTestKit

/// An object that does what a script asks of it, in each way in which an object can write.
distributed actor Scripted: AlarmHandler {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func put(_ entries: [String: Int], after pause: Int64?) async throws {
        if let pause {
            try await ctx.storage.put("paused", 1)
            try await ctx.sleep(milliseconds: pause)
        }
        try await ctx.storage.put(entries: entries)
    }

    distributed func replace(_ old: String, by new: String) async throws {
        let value = try await ctx.storage.get(old, as: Int.self) ?? 0
        try await ctx.storage.delete(old)
        try await ctx.storage.put(new, value)
    }

    /// Writes before a transaction, and twice within it, which then may fail.
    distributed func transact(_ name: String, fails: Bool) async throws {
        let ctx = ctx
        try await ctx.storage.put("before \(name)", 1)
        do {
            try await ctx.storage.transaction { txn in
                try await txn.put("first \(name)", 1)
                try await ctx.sleep(milliseconds: 5)
                try await txn.setAlarm(ctx.now + 1)
                try await txn.put("second \(name)", 1)
                if fails { throw ShapeError(text: "on purpose") }
                try await txn.deleteAlarm()
            }
        } catch is ShapeError {}
    }

    distributed func clear(thenPut key: String) async throws {
        try await ctx.storage.put("lost", 1)
        try await ctx.storage.deleteAll()
        try await ctx.storage.put(key, 1)
    }

    distributed func setAlarms(_ alarms: [String: Int64], deleting: [String]) async throws {
        for name in deleting { try await ctx.storage.deleteAlarm(name: name) }
        for (name, due) in alarms { try await ctx.storage.setAlarm(name: name, due) }
        try await ctx.storage.put("alarms", alarms.count)
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        try pair.server.serializeAttachment(41)
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        let number = (try socket.deserializeAttachment(as: Int.self) ?? 0) + 1
        try socket.serializeAttachment(number)
        try await ctx.storage.put("heard", number)
        try socket.send("\(number)")
    }

    func alarm(_ info: AlarmInfo) async throws {
        let rings = try await ctx.storage.get("rings", as: Int.self) ?? 0
        try await ctx.storage.put("rings", rings + 1)
    }

    /// All that is stored, in words.
    distributed func all() async throws -> [String] {
        let entries = try await ctx.storage.list(as: Int.self).map { "\($0.key)=\($0.value)" }
        return entries + (try await ctx.storage.listAlarms().map { "alarm \($0.name)=\($0.due)" })
    }
}
