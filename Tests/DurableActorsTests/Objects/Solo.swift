import Distributed
import DurableActors
import DurableActorsTestKit
import Locks

/// Counts living instances by name, to catch two of one name.
final class Census: Sendable {
    private struct Count {
        var active: [String: Int] = [:]
        var mostInOneName = 0
        var born = 0
    }

    private let count = Mutex(Count())

    /// The most turns of different instances that were under way in one name at a time.
    var mostInOneName: Int { count.withLock { $0.mostInOneName } }
    var born: Int { count.withLock { $0.born } }

    func bear() { count.withLock { $0.born += 1 } }

    func enter(_ name: String) {
        count.withLock { count in
            count.active[name, default: 0] += 1
            count.mostInOneName = max(count.mostInOneName, count.active[name] ?? 0)
        }
    }

    func leave(_ name: String) { count.withLock { $0.active[name, default: 0] -= 1 } }
}

struct SoloEnvironment: Sendable {
    let census: Census
}

/// Says when it believes that it is the living object of its name.
distributed actor Solo: DurableObject {
    let ctx: DurableObjectState
    let env: SoloEnvironment
    private let number: Int
    private var cached: Int?

    init(ctx: DurableObjectState, env: SoloEnvironment) {
        self.ctx = ctx
        self.env = env
        number = env.census.born
        actorSystem = ctx.actorSystem
        env.census.bear()
    }

    /// Adds one by the value kept in memory, which is right only while no other instance writes.
    distributed func add() async throws -> Int {
        env.census.enter(ctx.id.name ?? "")
        defer { env.census.leave(ctx.id.name ?? "") }
        let total = try (cached ?? ctx.storage.kv.get("total") ?? 0) + 1
        cached = total
        try ctx.storage.kv.put("total", total)
        return total
    }

    distributed func abort() async throws { try ctx.abort("over") }

    distributed func total() async throws -> Int { try ctx.storage.kv.get("total") ?? 0 }
}
