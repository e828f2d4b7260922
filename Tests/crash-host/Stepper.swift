internal import Distributed
internal import DurableActors

private struct Undone: Error {}

/// Takes the steps of a script, each in one turn of its own where nobody else has a part in it.
distributed actor Stepper: AlarmHandler {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    func alarm(_ info: AlarmInfo) async throws {}

    distributed func step(_ step: Int) async throws {
        let storage = ctx.storage
        switch StepKind(step) {
        case .put: try await storage.put("value \(step)", step)
        case .delete: try await storage.delete("value \(step - 1)")
        case .transaction:
            try await storage.transaction { txn in
                try await txn.put("kept", step)
                try await txn.put("step", step)
            }
            do {
                try await storage.transaction { txn in
                    try await txn.put("never", step)
                    throw Undone()
                }
            } catch is Undone {}
        case .alarm: try await setAlarm(step)
        case .alarmDeleted: try await storage.deleteAlarm(name: "\(step - 1)")
        case .row: try await putRow(step)
        case .facet: try await facet("child").fill(step)
        case .innerFacet: try await facet("child").fillInner(step)
        case .clone: try ctx.facets.clone("child", "copy")
        case .facetDeleted: try ctx.facets.delete("child")
        case .comeBack: try await storage.put("back", step)
        case .message, .other, .removal: break
        case .everything: try await storage.deleteAll()
        }
        try await storage.put("step", step)
    }

    /// Has this object, which is not the one that takes the steps, keep something of every kind.
    distributed func fill(_ step: Int) async throws {
        try await putRow(step)
        try await setAlarm(step)
        try await facet("child").fill(step)
    }

    private func setAlarm(_ step: Int) async throws {
        // In a hundred years, by when nobody waits for it any more.
        try await ctx.storage.setAlarm(name: "\(step)", ctx.now + 3_155_760_000_000)
    }

    private func putRow(_ step: Int) async throws {
        try await ctx.storage.put("value of the row", step)
        try StepperRow(ctx.storage).put(step)
    }

    private func facet(_ name: String) throws -> StepperPart {
        try ctx.facets.get(name) { FacetStartup(environment: Env()) }
    }

    /// All that is stored; of an alarm the step that set it, by its name.
    distributed func all() async throws -> [String: Int] {
        var found: [String: Int] = [:]
        for (key, value) in try await ctx.storage.list(as: Int.self) { found[key] = value }
        for alarm in try await ctx.storage.listAlarms() { found["alarm"] = Int(alarm.name) }
        found["row"] = try StepperRow(ctx.storage).value
        for name in try ctx.storedFacets() {
            for (key, value) in try await facet(name).all() { found[name + key] = value }
        }
        // Sockets and what is attached to them end with the process.
        let sockets = try ctx.getWebSockets().count
        if sockets > 0 { found["sockets"] = sockets }
        return found
    }

    /// Has the facets end, which would keep this object in memory.
    distributed func endFacets() async throws {
        for name in try ctx.storedFacets() { try ctx.facets.abort(name, Undone()) }
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        try pair.server.serializeAttachment(request.url.segments.last.flatMap { Int($0) })
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        let step = try socket.deserializeAttachment(as: Int.self) ?? 0
        try await ctx.storage.put(entries: ["heard": step, "step": step])
        try socket.send("\(step)")
    }
}

extension Stepper {
    /// Has the object end its time in memory; for its stubs.
    nonisolated func leaveMemory() async throws {
        try await endFacets()
        guard case .evicted = await EvictionRequest.evict(id.cell, closesSockets: false) else {
            throw DurableObjectError(.unsupported, "The object stays in memory.")
        }
    }
}

/// An object inside a stepper, or inside such a one.
distributed actor StepperPart: DurableObject {
    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Stepper.Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// Writes a value and a row in one turn.
    distributed func fill(_ step: Int) async throws {
        try await ctx.storage.put("value", step)
        try StepperRow(ctx.storage).put(step)
    }

    distributed func fillInner(_ step: Int) async throws { try await inner().fill(step) }

    private func inner() throws -> StepperPart {
        try ctx.facets.get("inner") { FacetStartup(environment: Stepper.Env()) }
    }

    /// What is stored; nothing where value and row differ.
    distributed func all() async throws -> [String: Int] {
        var found: [String: Int] = [:]
        let value = try await ctx.storage.get("value", as: Int.self)
        found[""] = try StepperRow(ctx.storage).value == value ? value : -1
        for name in try ctx.storedFacets() {
            for (key, value) in try await inner().all() { found[" \(name)\(key)"] = value }
        }
        return found
    }
}

/// A table of one row.
private struct StepperRow {
    private let sql: SqlStorage

    init(_ storage: DurableObjectStorage) { sql = storage.sql }

    func put(_ step: Int) throws {
        try sql.exec(
            "CREATE TABLE IF NOT EXISTS row(id INTEGER PRIMARY KEY, step); REPLACE INTO row VALUES (1, ?)",
            step
        )
    }

    var value: Int? {
        get throws {
            guard try sql.exec("SELECT 1 FROM sqlite_master").next() != nil else { return nil }
            return try sql.exec("SELECT step FROM row").one().values[0].integer.map { Int($0) }
        }
    }
}

extension DurableObjectState {
    /// The names of the facets that the object has, none of which is made by asking.
    fileprivate func storedFacets() throws -> [String] {
        var names: [String] = []
        try incarnation.scan(.facet, KeyRange(), reverse: false) { _, row in
            if let name = try RowLayout.decodeRecord(row).name { names.append(name) }
            return true
        }
        return names
    }
}
