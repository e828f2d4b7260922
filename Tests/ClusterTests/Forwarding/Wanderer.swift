import Distributed
import DurableActors
import Locks

/// An object that notes numbers, takes its time, and visits others.
distributed actor Wanderer: DurableObject {
    final class Env: Sendable {
        private let namespace = Mutex<DurableObjectNamespace<Wanderer>?>(nil)

        func set(_ namespace: DurableObjectNamespace<Wanderer>) { self.namespace.withLock { $0 = namespace } }

        func wanderer(_ name: String) throws -> Wanderer {
            guard let namespace = namespace.withLock({ $0 }) else {
                throw DurableObjectError(.notFound, "The class is not registered.")
            }
            return namespace.getByName(name)
        }
    }

    let ctx: DurableObjectState
    let env: Env

    init(ctx: DurableObjectState, env: Env) {
        (self.ctx, self.env) = (ctx, env)
        actorSystem = ctx.actorSystem
    }

    distributed func note(_ number: Int) throws { try ctx.storage.kv.put("notes", try notes() + [number]) }

    distributed func notes() throws -> [Int] { try ctx.storage.kv.get("notes") ?? [] }

    distributed func noteSlowly(_ number: Int, milliseconds: Int) async throws {
        try await ctx.sleep(milliseconds: Int64(milliseconds))
        try note(number)
    }

    distributed func workAside(_ number: Int, milliseconds: Int) throws {
        ctx.waitUntil {
            try await self.env.wanderer(self.ctx.id.name ?? "").noteSlowly(number, milliseconds: milliseconds)
        }
    }

    /// Waits, then goes on to the first of the names, from where the rest is visited; notes the visit on the way back.
    distributed func visit(_ names: [String], milliseconds: Int) async throws {
        try await ctx.sleep(milliseconds: Int64(milliseconds))
        if let next = names.first {
            try await env.wanderer(next).visit(Array(names.dropFirst()), milliseconds: milliseconds)
        }
        try note(names.count)
    }
}

extension Wanderer: AlarmHandler {
    distributed func remind(_ milliseconds: Int) async throws {
        try await ctx.storage.setAlarm(ctx.now + Int64(milliseconds))
    }

    func alarm(_ info: AlarmInfo) async throws { try note(-1) }
}
