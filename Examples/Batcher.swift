import Distributed
import DurableActors

/// How long a batch gathers, and where it goes.
struct BatcherEnv: Sendable {
    /// The milliseconds from a batch's first item to its delivery.
    var delay: Int64 = 10_000
    /// Takes a batch; a throw has it delivered again.
    let deliver: @Sendable ([String]) async throws -> Void
}

/// Gathers items and delivers them together, by one alarm for each batch.
///
/// Every item that was answered is delivered at least once. Items that come while a batch is on its way make the next.
distributed actor Batcher: AlarmHandler {
    let ctx: DurableObjectState
    let env: BatcherEnv

    init(ctx: DurableObjectState, env: BatcherEnv) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let item = try await request.text()
        guard request.method == "POST", !item.isEmpty else { return Response("POST an item", status: 400) }
        return Response("Item \(try await add(item)) is queued", status: 202)
    }

    /// Queues an item; its number, from 1 on.
    distributed func add(_ item: String) async throws -> Int {
        let number = (try await ctx.storage.get("last") ?? 0) + 1
        try await ctx.storage.put("last", number)
        try await ctx.storage.put("item:" + padded(number), item)
        if try await ctx.storage.getAlarm() == nil { try await ctx.storage.setAlarm(ctx.now + env.delay) }
        return number
    }

    func alarm(_ info: AlarmInfo) async throws {
        let items = try await ctx.storage.list(ListOptions(prefix: "item:"), as: String.self)
        guard !items.isEmpty else { return }
        try await env.deliver(items.values)
        try await ctx.storage.delete(items.keys)
    }
}
