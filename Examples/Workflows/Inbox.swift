import Distributed
import DurableActors

/// Keeps items in the order in which they came, until they are removed.
distributed actor Inbox: DurableObject {
    /// An item and its number, from 1 on.
    struct Item: Codable, Sendable {
        let number: Int
        let text: String
    }

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: NoEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func add(_ text: String) async throws {
        let number = (try await ctx.storage.get("last") ?? 0) + 1
        try await ctx.storage.put("last", number)
        try await ctx.storage.put("item:" + padded(number), Item(number: number, text: text))
    }

    distributed func items() async throws -> [Item] {
        try await ctx.storage.list(ListOptions(prefix: "item:"), as: Item.self).values
    }

    /// Removes items up to a number; those that came later stay.
    distributed func remove(through last: Int) async throws {
        let items = try await items()
        try await ctx.storage.delete(items.filter { $0.number <= last }.map { "item:" + padded($0.number) })
    }
}
