internal import Distributed
internal import DurableActors

extension Agent {
    private static var mark: String { "cf_agents_destroy_pending" }

    func isDestroyPending() throws -> Bool { try ctx.storage.kv.get(Self.mark, as: JSONValue.self) != nil }

    /// Removes everything the agent has stored, its schedules too, drops its sockets and ends this life of it.
    ///
    /// The next event finds a new agent of the same name. Durability: all of it is gone when anything said afterwards is
    /// heard. Code that goes on after this is refused by storage once the turn has ended.
    public func destroy() async throws {
        try ctx.storage.kv.put(Self.mark, true)
        emit("destroy")
        core.isDestroyed = true
        core.state = nil
        try await ctx.storage.deleteAlarm()
        try await ctx.storage.deleteAll()
        ctx.waitUntil { [self] in
            _ = try await whenLocal { agent in
                try await agent.ctx.storage.sync()
                // Not a failure: it ends this life, and what it throws tells that to nobody.
                try? agent.ctx.abort("destroyed", retryAlarm: false)
            }
        }
    }
}
