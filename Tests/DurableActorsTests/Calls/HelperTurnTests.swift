import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

/// What a method writes and what its helpers write, which it awaits and which do not wait.
@Suite struct HelperTurnTests {
    distributed actor Writer: DurableObject {
        struct Env: Sendable {}

        let ctx: DurableObjectState

        init(ctx: DurableObjectState, env: Env) {
            self.ctx = ctx
            actorSystem = ctx.actorSystem
        }

        distributed func writeAll() async throws {
            try await ctx.storage.put("a", 1)
            try await helper("b")
            try await ctx.storage.put("c", 1)
            try await apart()
            try await helper("d")
        }

        private func helper(_ key: String) async throws { try await ctx.storage.put(key, 1) }

        /// Steps out of the object and back.
        @concurrent private nonisolated func apart() async throws {}

        /// Waits by yielding for another call, which must get its turn meanwhile.
        distributed func wait() async throws {
            while try await ctx.storage.get("said", as: Int.self) == nil { await Task.yield() }
        }

        distributed func say() async throws { try await ctx.storage.put("said", 1) }

        distributed func found() async throws -> [String] { try await ctx.storage.list(as: Int.self).keys }
    }

    private func host(_ store: MemoryStore, seed: UInt64 = 1) throws -> SimulatedHost<DurableObjectNamespace<Writer>> {
        try SimulatedHost(seed: seed, store: store) { runtime in
            let writers = try runtime.register(Writer.self, binding: "W", uniqueKey: "writer")
            try runtime.start(environment: Writer.Env())
            return writers
        }
    }

    @Test(arguments: 1...10) func `all is in one batch, whatever helpers a method awaits`(seed: Int) throws {
        let store = MemoryStore(keepsHistory: true)
        let first = try host(store, seed: UInt64(seed))
        try first.run { try await first.bindings.getByName("w").writeAll() }
        for commit in 0...store.commitCount {
            let next = try host(store.copy(afterCommit: commit))
            let found = try next.run { try await next.bindings.getByName("w").found() }
            #expect(found == [] || found == ["a", "b", "c", "d"])
        }
    }

    @Test func `a task that yields lets others in`() throws {
        let host = try host(MemoryStore())
        try host.run {
            let writer = host.bindings.getByName("w")
            async let waiting: Void = writer.wait()
            try await writer.say()
            try await waiting
        }
    }
}
