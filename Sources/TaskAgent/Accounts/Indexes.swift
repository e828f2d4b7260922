public import Distributed
public import DurableActors

/// From the hash of a key, a token or a ticket to the account it belongs to. Named by the hash.
public distributed actor KeyIndex: DurableObject {
    /// The object's own state of the runtime.
    public let ctx: DurableObjectState

    /// Made by the runtime.
    public init(ctx: DurableObjectState, env: TaskAgentEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func set(_ userId: String) async throws { try await ctx.storage.put("userId", userId) }
    distributed func userId() async throws -> String? { try await ctx.storage.get("userId") }
}

/// From an e-mail address to its account. Named by the address in lower case.
public distributed actor EmailIndex: DurableObject {
    /// The object's own state of the runtime.
    public let ctx: DurableObjectState

    /// Made by the runtime.
    public init(ctx: DurableObjectState, env: TaskAgentEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// Reserves the address for a user and returns who has it: that user, or the one for whom it was reserved first.
    distributed func reserve(_ userId: String) async throws -> String {
        if let owner = try await ctx.storage.get("userId", as: String.self) { return owner }
        try await ctx.storage.put("userId", userId)
        return userId
    }

    distributed func userId() async throws -> String? { try await ctx.storage.get("userId") }
}
