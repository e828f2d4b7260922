internal import AgentHost
internal import Cluster
internal import Distributed
internal import DurableActors
internal import Foundation
internal import Workflows

/// A small host for crash tests: ledgers that add up, a socket that hears of each entry, and workflows.
///
/// `crash-host DATA [--cluster FILE --node NAME --secret FILE] [--break-output-gate] [--break-moves] [--steps [COMMIT before|after]]`; with `--steps` it serves nobody but runs the
/// script, to its end or to where it kills itself. The switches to break something make the deliberately
/// wrong builds that the checkers must catch.
@main
struct CrashHost {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            say("crash-host: \(error)")
            ObjectHost.end(status: 1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        ObjectHost.holdSignals()
        var arguments = arguments
        var cluster = try ClusterOptions(takenFrom: &arguments)
        if arguments.contains("--break-moves") { cluster?.faults = .givesWhileRunning }
        guard let data = arguments.first else { throw DurableObjectError(.invalidArgument, "usage: crash-host DATA") }
        var configuration = ObjectHost.Configuration(dataDirectory: data)
        configuration.port = 0
        if arguments.contains("--break-output-gate") { configuration.limits.faults = .openOutputGate }
        if let place = arguments.firstIndex(of: "--steps") {
            let words = arguments[(place + 1)...]
            let point = KillingStore.Point(
                commit: words.first.flatMap { Int($0) } ?? 0,
                isDurable: words.last == "after"
            )
            let limits = configuration.limits
            Task.detached {
                do {
                    try await StepScript.run(directory: data, killingAt: point, limits: limits)
                    ObjectHost.end()
                } catch {
                    say("crash-host: \(error)")
                    ObjectHost.end(status: 1)
                }
            }
            ObjectHost.waitForEnd()
            ObjectHost.end()
        }
        let host = try ObjectHost(configuration, log: EventLog { complain($0) })
        if let cluster { try host.join(cluster) }
        let application = try CrashApplication(host.runtime)
        let (_, port) = try host.serve { request in
            if request.url.pathname == "/standing" { return try await Standing.answer(host) }
            return try await application.fetch(request)
        }
        say("crash-host listens on http://127.0.0.1:\(port)")
        ObjectHost.waitForEnd { host.rereadMembership() }
        ObjectHost.end()
    }

    private static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Prints a line at once, for the test that reads it from a pipe.
    private static func say(_ text: String) {
        print(text)
        fflush(nil)
    }
}

/// The routes: `/ledger/NAME` (POST adds one, GET reads, an upgrade listens); `/workflow/ID` (POST creates, GET tells
/// the status, the output and how often each step has run).
struct CrashApplication: Sendable {
    let ledgers: DurableObjectNamespace<Ledger>
    let recorders: DurableObjectNamespace<Recorder>
    let tallies: Workflow<TallyWorkflow>

    init(_ runtime: DurableObjectRuntime) throws {
        ledgers = try runtime.register(Ledger.self, binding: "LEDGER", uniqueKey: "ledger")
        let recorders = try runtime.register(
            Recorder.self,
            binding: "RECORDER",
            uniqueKey: "recorder",
            environment: Recorder.Env()
        )
        self.recorders = recorders
        tallies = try runtime.registerWorkflow(
            TallyWorkflow.self,
            binding: "TALLY",
            name: "tally",
            env: recorders
        )
        try runtime.start(environment: Ledger.Env())
    }

    func fetch(_ request: Request) async throws -> Response {
        let segments = request.url.segments
        guard segments.count == 2 else { return Response("Not found", status: 404) }
        if segments[0] == "workflow" { return try await workflow(request, segments[1]) }
        return try await ledgers.fetch(ledgers.idFromName(segments[1]), request)
    }

    private struct Report: Codable {
        let status: String
        let output: [String: Int]?
        let ran: [String: Int]
    }

    private func workflow(_ request: Request, _ id: String) async throws -> Response {
        if request.method == "POST" {
            _ = try await tallies.create(id: id, params: [:])
            return Response("created")
        }
        let status = try await tallies.get(id).status()
        let ran = try await recorders.getByName(id).counts()
        return try Response.json(
            Report(status: status.status.rawValue, output: try status.output(as: [String: Int].self), ran: ran)
        )
    }
}

/// Adds entries: each is answered with how many there are, and told to every listener.
///
/// A GET answers with that number as four kinds of storage have it: values, rows of values, rows of SQL, the alarm.
distributed actor Ledger: AlarmHandler {
    private static let farFuture: Int64 = 9_000_000_000_000

    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
        ctx.blockConcurrencyWhile {
            try ctx.storage.sql.exec(
                """
                CREATE TABLE IF NOT EXISTS entry(number INTEGER PRIMARY KEY, filler BLOB);
                CREATE INDEX IF NOT EXISTS filled ON entry(length(filler))
                """
            )
        }
    }

    func alarm(_ info: AlarmInfo) async throws {}

    distributed func fetch(_ request: Request) async throws -> Response {
        if request.isWebSocketUpgrade {
            let pair = WebSocketPair()
            try ctx.acceptWebSocket(pair.server)
            return Response(status: 101, webSocket: pair.client)
        }
        var count = try await ctx.storage.get("count", as: Int.self) ?? 0
        if request.method == "POST" {
            count += 1
            // Written in one turn: after any crash all must agree.
            try await ctx.storage.put("count", count)
            try await ctx.storage.put("entry/\(count)", count)
            try ctx.storage.sql.exec("INSERT INTO entry(number, filler) VALUES (?, randomblob(?))", count, count % 700)
            try await ctx.storage.setAlarm(Self.farFuture + Int64(count))
            if let body = try await request.body?.collect() { try await ctx.storage.put("body/\(count)", body) }
            for socket in try ctx.getWebSockets() { try socket.send(String(count)) }
        }
        if request.method == "POST" { return Response(String(count)) }
        let entries = try await ctx.storage.list(ListOptions(prefix: "entry/"), as: Int.self).count
        try ctx.incarnation.connection().checkIntegrity()
        let rows = try ctx.storage.sql.exec("SELECT count(*) FROM entry").one().values[0].integer ?? -1
        let alarm = try await ctx.storage.getAlarm() ?? Self.farFuture
        return Response("\(count) \(entries) \(rows) \(alarm - Self.farFuture)")
    }
}
