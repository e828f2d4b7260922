import Distributed
import DurableActorsTestKit
import Testing

@testable import DurableActors

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

    private func host() throws -> SimulatedHost<DurableObjectNamespace<Writer>> {
        try SimulatedHost { runtime in
            let writers = try runtime.register(Writer.self, binding: "W", uniqueKey: "writer")
            try runtime.start(environment: Writer.Env())
            return writers
        }
    }

    @Test func `all is in one batch, whatever helpers a method awaits`() throws {
        let host = try host()
        let writer = host.bindings.getByName("w")
        try host.run { try await writer.writeAll() }
        // The committer would put several into one group here, but on other threads may not.
        #expect(writer.id.cell.lastSealed == 1)
        #expect(try host.run { try await writer.found() } == ["a", "b", "c", "d"])
    }

    @Test func `a task that yields lets others in`() throws {
        let host = try host()
        try host.run {
            let writer = host.bindings.getByName("w")
            async let waiting: Void = writer.wait()
            try await writer.say()
            try await waiting
        }
    }
}
