import Distributed
import DurableActors
import DurableActorsTestKit

/// What a guarded object's constructor does, as its test says.
struct GuardedEnvironment: Sendable {
    var constructor: @Sendable (DurableObjectState) async throws -> Void = { _ in }
    let events = Recorder<String>()
    var world: SimulatedWorld
}

/// Runs critical sections and notes when things happen.
distributed actor Guarded: DurableObject {
    let ctx: DurableObjectState
    let env: GuardedEnvironment

    init(ctx: DurableObjectState, env: GuardedEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
        env.events.add("made")
        ctx.blockConcurrencyWhile { try await env.constructor(ctx) }
    }

    distributed func note(_ text: String) async throws { env.events.add(text) }

    distributed func block(milliseconds: Int64, fails: Bool) async throws -> String {
        let env = env
        return try await ctx.blockConcurrencyWhile {
            env.events.add("begin")
            await env.world.sleep(milliseconds: milliseconds)
            env.events.add("end")
            if fails { throw ShapeError(text: "section") }
            return "done"
        }
    }

    /// Nests critical sections and tells how deep it got.
    distributed func nest(_ depth: Int) async throws -> Int { try await Self.nest(ctx, depth) }

    private static func nest(_ ctx: DurableObjectState, _ depth: Int) async throws -> Int {
        guard depth > 0 else { return 0 }
        return try await ctx.blockConcurrencyWhile { try await nest(ctx, depth - 1) + 1 }
    }

    distributed func sleepThenNote(milliseconds: Int64, _ text: String) async throws {
        try await ctx.sleep(milliseconds: milliseconds)
        env.events.add(text)
    }

    distributed func work(milliseconds: Int64) async throws {
        let env = env
        ctx.waitUntil { await env.world.sleep(milliseconds: milliseconds) }
    }

    distributed func abort(_ reason: String?) async throws {
        try ctx.storage.kv.put("unsealed", 1)
        try ctx.abort(reason)
    }

    distributed func unsealed() async throws -> Int? { try ctx.storage.kv.get("unsealed") }
}

/// A host of guarded objects.
final class GuardedHost: Sendable {
    let world: SimulatedWorld
    let objects: DurableObjectNamespace<Guarded>
    let events: Recorder<String>

    init(
        seed: UInt64 = 1,
        constructor: @escaping @Sendable (DurableObjectState) async throws -> Void = { _ in }
    ) throws {
        world = SimulatedWorld(seed: seed, order: .arrival)
        let runtime = try DurableObjectRuntime(world: world.world, store: MemoryStore())
        let environment = GuardedEnvironment(constructor: constructor, world: world)
        events = environment.events
        objects = try runtime.register(Guarded.self, binding: "G", uniqueKey: "g", environment: environment)
    }

    var stub: Guarded { objects.getByName("one") }
}
