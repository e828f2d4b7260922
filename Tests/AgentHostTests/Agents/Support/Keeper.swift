import AgentHost
import Distributed
import DurableActors

/// An agent with schedules and a queue, whose methods write down when they ran and with what.
distributed actor Keeper: Agent {
    struct State: Codable, Sendable, Equatable {
        var count: Int
    }

    static var initialState: State { State(count: 0) }

    static var callbacks: [Callable<Keeper>] {
        [
            Callable("cb") { try await $0.cb($1, $2) },
            Callable("other") { try await $0.cb($1, $2) },
            Callable("slow") { try await $0.slow($1) },
            Callable("flaky") { try await $0.flaky() },
            Callable("bad") { try await $0.bad() },
            Callable("trouble") { try await $0.trouble() },
            Callable("leave") { try await $0.leave() },
            Callable("enqueue") { try await $0.enqueue("cb", "late") },
        ]
    }

    let ctx: DurableObjectState
    let tape: Tape
    private var tries = 0

    init(ctx: DurableObjectState, env: Tape) {
        self.ctx = ctx
        tape = env
        actorSystem = ctx.actorSystem
    }

    func onStart() async throws {
        tape.note("start \(name)")
        for _ in 0..<2 {
            switch name {
            case "repeats": _ = try await schedule(600, "cb", "again")
            case "once": _ = try await schedule(600, "cb", "again", idempotent: true)
            case "meant": _ = try await schedule(600, "cb", "again", idempotent: false)
            default: break
            }
        }
    }

    func onError(_ error: any Error) async throws {
        tape.note("error \(error)")
        throw error
    }

    // MARK: - What schedules and the queue call

    distributed func cb(_ payload: JSONValue, _ row: JSONValue) {
        let time = ctx.now / 1000
        tape.note("\(row["callback"]?.string ?? "?") \(payload) at \(time) of \(name)")
    }
    distributed func slow(_ payload: JSONValue) async throws {
        tape.note("slow \(payload) begins")
        try await ctx.sleep(milliseconds: 5000)
        tape.note("slow \(payload) ends")
    }
    distributed func flaky() throws {
        tries += 1
        tape.note("try \(tries)")
        if tries < 3 { throw Failure("not yet") }
    }
    distributed func bad() throws {
        tape.note("bad")
        throw Failure("bad")
    }
    distributed func trouble() throws {
        tries += 1
        tape.note("trouble \(tries)")
        if tries < 4 { throw DurableObjectError(.disconnected, "Network connection lost.", retryable: true) }
    }
    distributed func leave() async throws {
        tape.note("leave")
        try await destroy()
    }

    // MARK: - What tests call

    distributed func seconds() -> Int64 { ctx.now / 1000 }
    distributed func after(_ seconds: Double, _ callback: String, _ payload: JSONValue?) async throws -> Schedule {
        try await schedule(.delay(seconds), callback, payload)
    }
    distributed func after(_ seconds: Double, _ callback: String, retry: RetryOptions) async throws -> Schedule {
        try await schedule(.delay(seconds), callback, retry: retry)
    }
    distributed func once(_ seconds: Double, _ callback: String) async throws -> Schedule {
        try await schedule(.delay(seconds), callback, "p", idempotent: true)
    }
    distributed func at(_ milliseconds: Int64, _ callback: String) async throws -> Schedule {
        try await schedule(.date(milliseconds), callback)
    }
    distributed func cron(_ text: String, _ payload: JSONValue?, _ isIdempotent: Bool?) async throws -> Schedule {
        try await schedule(.cron(text), "cb", payload, idempotent: isIdempotent)
    }
    distributed func every(_ seconds: Double, _ callback: String, _ payload: JSONValue?) async throws -> Schedule {
        try await scheduleEvery(seconds, callback, payload)
    }
    distributed func cancel(_ id: String) async throws -> Bool { try await cancelSchedule(id) }
    distributed func one(_ id: String) throws -> Schedule? { try getSchedule(id) }
    distributed func all() throws -> [Schedule] { try getSchedules() }
    distributed func intervals() throws -> [Schedule] { try getSchedules(ScheduleCriteria(type: .interval)) }
    distributed func between(_ start: Int64, _ end: Int64) throws -> [String] {
        try getSchedules(ScheduleCriteria(start: start, end: end)).map(\.id)
    }
    distributed func enqueue(_ callback: String, _ payload: JSONValue?) async throws -> String {
        try await queue(callback, payload)
    }
    distributed func enqueue(_ callback: String, _ payload: JSONValue?, retry: RetryOptions) async throws -> String {
        try await queue(callback, payload, retry: retry)
    }
    distributed func enqueueAll(_ callbacks: [String]) async throws {
        for callback in callbacks { try await queue(callback, JSONValue.string(callback)) }
    }
    distributed func item(_ id: String) throws -> QueueItem? { try getQueue(id) }
    distributed func items(_ key: String, _ value: JSONValue) throws -> [QueueItem] { try getQueues(key, value) }
    distributed func emptyQueue(_ callback: String?) throws {
        if let callback { try dequeueAllByCallback(callback) } else { try dequeueAll() }
    }
    distributed func count(_ table: String) throws -> Int64 {
        try sql("SELECT count(*) AS n FROM \(identifier: table)").first?["n"]?.integer ?? -1
    }
    distributed func rows(_ table: String) throws -> [[String: String]] {
        try sql("SELECT * FROM \(identifier: table)").map { row in
            row.dictionary.mapValues { $0.text ?? $0.integer.map { "\($0)" } ?? "NULL" }
        }
    }
    distributed func columns(_ table: String) throws -> [String] {
        try sql("SELECT name FROM pragma_table_info(\(table))").compactMap { $0["name"]?.text }
    }
    distributed func execute(_ text: String) throws { try sql(SqlQuery(stringLiteral: text)) }
    distributed func alarmTime() async throws -> Int64? { try await ctx.storage.getAlarm() }
    distributed func loseAlarm() async throws { try await ctx.storage.deleteAlarm() }
    distributed func mark() throws { try ctx.storage.kv.put("cf_agents_destroy_pending", true) }
    distributed func ring(_ milliseconds: Int64) async throws { try await ctx.storage.setAlarm(milliseconds) }
    distributed func getState() throws -> State { try state }
    distributed func set(_ count: Int) throws { try setState(State(count: count)) }
    distributed func end() async throws { try await destroy() }
    distributed func restart() throws { try ctx.abort("restart") }
}
