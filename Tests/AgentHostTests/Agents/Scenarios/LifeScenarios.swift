import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct AgentLifeScenarios {
    private let site: AgentSite

    init() throws { site = try AgentSite() }

    private func keeper<Result: Sendable>(
        _ body: @escaping @Sendable (Keeper) async throws -> Result
    ) throws -> Result {
        try site.run { try await body(try await getAgentByName(self.site.bindings.keepers, "k")) }
    }

    private func inside<Result: Sendable>(
        _ body: @escaping @Sendable (isolated Keeper, DurableObjectState) async throws -> Result
    ) throws -> Result {
        try site.run {
            try await runInDurableObject(try await getAgentByName(self.site.bindings.keepers, "k"), body)
        }
    }

    private var now: Int64 { site.host.world.world.clock.nowMilliseconds }

    @Test func `AG 23: the first reading of a state stores the initial one, beside the version alone`() throws {
        #expect(try keeper { try await $0.rows("cf_agents_state") }.count == 1)
        #expect(try keeper { try await $0.getState() } == Keeper.State(count: 0))
        let rows = try keeper { try await $0.rows("cf_agents_state") }
        #expect(rows.map { $0["id"] } == ["cf_schema_version", "cf_state_row_id"])
        #expect(rows.map { $0["state"] } == ["11", #"{"count":0}"#])
    }

    @Test func `AG 24: without an initial state there is none until it is set`() throws {
        let plain = site.bindings.plains
        let counts = try site.run {
            try await runInDurableObject(plain.getByName("p")) { plain, _ in
                var found: [JSONValue?] = [try plain.state]
                let count = { try plain.sql("SELECT * FROM cf_agents_state WHERE id = 'cf_state_row_id'").count }
                found.append(.integer(Int64(try count())))
                try plain.setState(["a": 1])
                return found + [.integer(Int64(try count()))]
            }
        }
        #expect(counts == [nil, 0, 1])
    }

    @Test func `AG 26: a stored state that is no JSON gives way to the initial one, or goes`() throws {
        let damage = "INSERT OR REPLACE INTO cf_agents_state (id, state) VALUES ('cf_state_row_id', '{bad')"
        try keeper { try await $0.execute(damage) }
        try site.host.restart()
        #expect(try keeper { try await $0.getState() } == Keeper.State(count: 0))
        #expect(try keeper { try await $0.rows("cf_agents_state") }.last?["state"] == #"{"count":0}"#)
        let plain = try site.run {
            let plain = site.bindings.plains.getByName("p")
            try await runInDurableObject(plain) { plain, _ in
                _ = try plain.state
                _ = try plain.sql(SqlQuery(stringLiteral: damage))
            }
            try await evictDurableObject(plain)
            return try await runInDurableObject(plain) { plain, _ in
                [
                    try plain.state == nil,
                    try plain.sql("SELECT * FROM cf_agents_state WHERE id = 'cf_state_row_id'").isEmpty,
                ]
            }
        }
        #expect(plain == [true, true])
    }

    @Test func `AG 39: a first state that a new client's connecting makes is sent to the others once`() throws {
        let first = try site.connected("/agents/keeper/k")
        try keeper { try await $0.execute("DELETE FROM cf_agents_state WHERE id = 'cf_state_row_id'") }
        try site.run { try await evictDurableObject(self.site.bindings.keepers.getByName("k")) }
        let second = try site.open("/agents/keeper/k")
        let frame = #"{"state":{"count":0},"type":"cf_agent_state"}"#
        #expect(first.texts.filter { $0 == frame }.count == 1)
        #expect(second.texts.filter { $0 == frame }.count == 1)
    }

    @Test func `AG 128: keepAlive keeps the alarm near, and its end leaves what else there is to do`() throws {
        let alarms = try inside { keeper, ctx in
            var alarms: [Int64?] = []
            let first = try await keeper.keepAlive()
            let second = try await keeper.keepAlive()
            alarms.append(try await ctx.storage.getAlarm())
            alarms.append(Int64(try keeper.getSchedules().count))
            await first()
            await first()
            alarms.append(try await ctx.storage.getAlarm())
            await second()
            alarms.append(try await ctx.storage.getAlarm())
            let made = try await keeper.schedule(600, "cb")
            let third = try await keeper.keepAlive()
            alarms.append(try await ctx.storage.getAlarm())
            await third()
            alarms.append(try await ctx.storage.getAlarm())
            alarms.append(made.time * 1000)
            return alarms
        }
        #expect(alarms.prefix(5) == [now + 30_000, 0, now + 30_000, nil, now + 30_000])
        #expect(alarms[5] == alarms[6])
    }

    @Test func `AG 129: keepAliveWhile ends with its closure, also by a throw`() throws {
        let alarms = try inside { keeper, ctx in
            var alarms: [Int64?] = []
            let result = try await keeper.keepAliveWhile {
                alarms.append(try await ctx.storage.getAlarm())
                return 5
            }
            alarms.append(Int64(result))
            alarms.append(try await ctx.storage.getAlarm())
            do {
                try await keeper.keepAliveWhile { throw Failure("end") }
            } catch {}
            return alarms + [try await ctx.storage.getAlarm()]
        }
        #expect(alarms == [now + 30_000, 5, nil, nil])
    }

    @Test func `AG 130: an agent that was destroyed begins anew under its name`() throws {
        let client = try site.connected("/agents/keeper/k")
        try keeper {
            try await $0.set(7)
            _ = try await $0.after(60, "cb", nil)
            try await $0.execute("CREATE TABLE own (id TEXT)")
            try await $0.end()
        }
        try site.settle()
        #expect(client.socket.end == .lost)
        #expect(site.tape.events.map(\.type).contains("destroy"))
        #expect(try keeper { try await $0.getState() } == Keeper.State(count: 0))
        #expect(try keeper { try await $0.all() } == [])
        #expect(try keeper { try await $0.columns("own") } == [])
        try site.host.advance(by: .seconds(100))
        #expect(site.tape.lines.allSatisfy { !$0.hasPrefix("cb") })
    }

    @Test func `AG 131: a destruction that was begun is finished by the next alarm, and no schedule runs`() throws {
        try keeper {
            _ = try await $0.after(1, "cb", nil)
            try await $0.execute("DROP TABLE cf_agents_queues")
            try await $0.mark()
        }
        try site.host.restart()
        try site.host.advance(by: .seconds(5))
        #expect(site.tape.lines.allSatisfy { !$0.hasPrefix("cb") })
        let left = try site.run {
            try await runInDurableObject(self.site.bindings.keepers.getByName("k")) { _, ctx in
                try ctx.storage.sql.exec("SELECT name FROM sqlite_master").toArray().count
                    + ctx.storage.kv.list(ListOptions(), as: JSONValue.self).count
            }
        }
        #expect(left == 0)
        #expect(try keeper { try await $0.all() } == [])
    }

    @Test func `AG 132: after eviction the agent's own members are new, its state and schedules are not`() throws {
        try keeper {
            try await $0.set(7)
            _ = try await $0.after(600, "flaky", nil)
            do { try await $0.flaky() } catch {}
        }
        try site.run { try await evictDurableObject(self.site.bindings.keepers.getByName("k")) }
        try keeper { do { try await $0.flaky() } catch {} }
        #expect(site.tape.count("try 1") == 2)
        #expect(try keeper { try await $0.getState() } == Keeper.State(count: 7))
        #expect(try keeper { try await $0.all().count } == 1)
    }

    @Test func `AG 133: the tables have the SDK's columns and version, which comes back when it is deleted`() throws {
        let columns = [
            "cf_agents_state": "id state",
            "cf_agents_queues": "id payload callback created_at retry_options",
            "cf_agents_schedules": """
            id callback payload type time delayInSeconds cron intervalSeconds running created_at execution_started_at \
            retry_options owner_path owner_path_key
            """,
            "cf_agents_workflows": """
            id workflow_id workflow_name status metadata error_name error_message created_at updated_at completed_at
            """,
            "cf_agents_mcp_servers": "id name server_url callback_url client_id auth_url server_options",
            "cf_agents_runs": "id name snapshot created_at",
            "cf_agents_fibers": """
            fiber_id idempotency_key name status snapshot metadata_json error_message created_at started_at completed_at
            """,
            "cf_agents_facet_runs": "owner_path owner_path_key run_id created_at",
        ]
        for (table, names) in columns {
            #expect(try keeper { try await $0.columns(table) } == names.split(separator: " ").map(String.init))
        }
        try keeper { try await $0.execute("DELETE FROM cf_agents_state WHERE id = 'cf_schema_version'") }
        try site.host.restart()
        #expect(try keeper { try await $0.rows("cf_agents_state") }.map { $0["state"] } == ["11"])
    }

    @Test func `AG 134: a database of the SDK's 0.3.7 is brought up to date with its rows`() throws {
        try site.run {
            try await runInDurableObject(self.site.bindings.keepers.getByName("k")) { _, ctx in
                for text in [
                    "CREATE TABLE cf_agents_state (id TEXT PRIMARY KEY NOT NULL, state TEXT)",
                    "INSERT INTO cf_agents_state VALUES ('cf_state_row_id', '{\"count\":4}'), ('cf_state_was_changed', 'true')",
                    """
                    CREATE TABLE cf_agents_queues (id TEXT PRIMARY KEY NOT NULL, payload TEXT, callback TEXT, \
                    created_at INTEGER DEFAULT (unixepoch()))
                    """,
                    "INSERT INTO cf_agents_queues (id, payload, callback) VALUES ('q', '1', 'cb')",
                    """
                    CREATE TABLE cf_agents_schedules (id TEXT PRIMARY KEY NOT NULL DEFAULT (randomblob(9)), callback TEXT, \
                    payload TEXT, type TEXT NOT NULL CHECK(type IN ('scheduled', 'delayed', 'cron')), time INTEGER, \
                    delayInSeconds INTEGER, cron TEXT, created_at INTEGER DEFAULT (unixepoch()))
                    """,
                    """
                    INSERT INTO cf_agents_schedules (id, callback, payload, type, time, delayInSeconds) \
                    VALUES ('s', 'cb', '2', 'delayed', 4102444800, 5)
                    """,
                ] {
                    _ = try ctx.storage.sql.exec(text)
                }
            }
            try await evictDurableObject(self.site.bindings.keepers.getByName("k"))
        }
        #expect(try keeper { try await $0.getState() } == Keeper.State(count: 4))
        #expect(try keeper { try await $0.item("q")?.payload } == 1)
        #expect(try keeper { try await $0.one("s") }?.time == 4_102_444_800)
        #expect(try keeper { try await $0.every(30, "cb", nil) }.type == .interval)
        let ids = try keeper { try await $0.rows("cf_agents_state") }.map { $0["id"] }
        #expect(ids == ["cf_state_row_id", "cf_schema_version"])
    }

    @Test func `a state and workflows that were kept beside the database move into its tables`() throws {
        struct Kept: Codable, Sendable {
            var workflowId: String
            var workflowName: String
            var status: String
            var createdAt: Int64
            var updatedAt: Int64
        }
        try site.run {
            try await runInDurableObject(self.site.bindings.keepers.getByName("k")) { _, ctx in
                let state: JSONValue = ["count": 9]
                try ctx.storage.kv.put("cf_agents_state/cf_state_row_id", state)
                let kept = Kept(workflowId: "wf_1", workflowName: "W", status: "running", createdAt: 5, updatedAt: 6)
                try ctx.storage.kv.put("cf_agents_workflows/wf_1", kept)
            }
        }
        #expect(try keeper { try await $0.getState() } == Keeper.State(count: 9))
        let row = try keeper { try await $0.rows("cf_agents_workflows") }.first
        #expect(row?["workflow_id"] == "wf_1" && row?["status"] == "running" && row?["created_at"] == "5")
        let left = try inside { _, ctx in try ctx.storage.kv.list(ListOptions(), as: JSONValue.self).count }
        #expect(left == 0)
    }

    @Test func `what the database refuses is an SqlError with the statement`() throws {
        let error = try inside { keeper, _ in
            do {
                try keeper.sql("SELECT * FROM apikey WHERE hashed_key = \("x")")
                return "none"
            } catch let error as SqlError {
                return "\(error.query): \(error)"
            }
        }
        #expect(error.hasPrefix("SELECT * FROM apikey WHERE hashed_key = ?: SQL query failed: no such table: apikey"))
    }
}
