import Distributed
import DurableActors

/// An object that keeps something in each way that there is: keys, rows of SQL, alarms, and an object inside it.
distributed actor Ledger: DurableObject, AlarmHandler {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// Writes in each way; what there is then, which is one number as long as nothing is lost.
    distributed func add(_ text: String = "") async throws -> [Int] {
        try ctx.storage.kv.put("count", try count() + 1)
        try ctx.storage.kv.put("text", text)
        try ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
        try ctx.storage.sql.exec("INSERT INTO t VALUES (?)", try count())
        return [try count(), try rows(), try await drawer().add()]
    }

    /// What there is, without writing.
    distributed func all() async throws -> [Int] {
        guard try count() > 0 else { return [] }
        return [try count(), try rows(), try await drawer().count()]
    }

    /// Has a new object made inside, in place of one that is given up; what it has at the beginning.
    distributed func anotherDrawer() async throws -> Int {
        try ctx.facets.delete("drawer")
        return try await drawer().count()
    }

    distributed func ring(_ name: String, in milliseconds: Int64) async throws {
        try await ctx.storage.setAlarm(name: name, ctx.now + milliseconds)
    }

    distributed func rings() throws -> Int { try ctx.storage.kv.get("rings") ?? 0 }

    func alarm(_ info: AlarmInfo) async throws { try ctx.storage.kv.put("rings", try rings() + 1) }

    private func count() throws -> Int { try ctx.storage.kv.get("count") ?? 0 }

    private func rows() throws -> Int { try ctx.storage.sql.exec("SELECT n FROM t").toArray().count }

    private func drawer() throws -> Drawer { try ctx.facets.get("drawer") { FacetStartup(environment: Env()) } }
}

/// What is inside a ledger.
distributed actor Drawer: DurableObject {
    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Ledger.Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func add() throws -> Int {
        try ctx.storage.kv.put("count", try count() + 1)
        return try count()
    }

    distributed func count() throws -> Int { try ctx.storage.kv.get("count") ?? 0 }
}
