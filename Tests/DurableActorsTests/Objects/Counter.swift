import Distributed
import DurableActors
import DurableActorsTestKit

/// The simplest object: a number on disk.
distributed actor Counter: DurableObject {
    let ctx: DurableObjectState
    let env: NoEnvironment

    init(ctx: DurableObjectState, env: NoEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func increment(by amount: Int) async throws -> Int {
        let total = (try ctx.storage.kv.get("total") ?? 0) + amount
        try ctx.storage.kv.put("total", total)
        return total
    }

    distributed func total() async throws -> Int { try ctx.storage.kv.get("total") ?? 0 }

    /// A generic method: such calls take the general way.
    distributed func echo<Value: Codable & Sendable>(_ value: Value) async throws -> Value { value }

    distributed func note(_ text: String) async throws { try ctx.storage.kv.put("note", text) }

    distributed func pause(milliseconds: Int64) async throws { try await ctx.sleep(milliseconds: milliseconds) }

    distributed func abort(_ reason: String?) async throws {
        try ctx.storage.kv.put("total", -1)
        try ctx.abort(reason)
    }
}

/// What classes are given that need nothing.
struct NoEnvironment: Sendable {}

/// A host of one class without needs.
func simulatedHost<Object: DurableObject>(
    _ type: Object.Type = Counter.self,
    seed: UInt64 = 1,
    order: SimulatedScheduler.Order = .seeded,
    store: MemoryStore = MemoryStore(),
    log: EventLog = .silent
) throws -> SimulatedHost<DurableObjectNamespace<Object>> where Object.Env == NoEnvironment {
    try SimulatedHost(seed: seed, order: order, store: store, log: log) { runtime in
        let namespace = try runtime.register(Object.self, binding: "OBJECTS", uniqueKey: "objects")
        try runtime.start(environment: NoEnvironment())
        return namespace
    }
}
