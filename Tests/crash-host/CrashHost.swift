internal import AgentHost
internal import Distributed
internal import DurableActors
internal import Glibc

/// A small host for crash tests: ledgers that add up, a socket that hears of each entry, and workflows.
///
/// `crash-host DATA [--break-output-gate]`; the switch makes the deliberately wrong build that the checker must catch.
@main
struct CrashHost {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            print("crash-host: \(error)")
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        ObjectHost.holdSignals()
        guard let data = arguments.first else { throw DurableObjectError(.invalidArgument, "usage: crash-host DATA") }
        var configuration = ObjectHost.Configuration(dataDirectory: data)
        configuration.port = 0
        if arguments.contains("--break-output-gate") { configuration.limits.breaksOutputGate = true }
        let host = try ObjectHost(configuration, log: EventLog { print($0) })
        let application = try CrashApplication(host.runtime)
        let (_, port) = try host.serve { try await application.fetch($0) }
        print("crash-host listens on http://127.0.0.1:\(port)")
        fflush(nil)
        ObjectHost.waitForEnd()
    }
}

/// The routes: `/ledger/NAME` (POST adds one, GET reads, an upgrade listens), `/workflow/ID`, `/trace/ID`.
struct CrashApplication: Sendable {
    let ledgers: DurableObjectNamespace<Ledger>

    init(_ runtime: DurableObjectRuntime) throws {
        ledgers = try runtime.register(Ledger.self, binding: "LEDGER", uniqueKey: "ledger")
        try runtime.start(environment: Ledger.Env())
    }

    func fetch(_ request: Request) async throws -> Response {
        let segments = request.url.segments
        guard segments.count == 2 else { return Response("Not found", status: 404) }
        return try await ledgers.fetch(ledgers.idFromName(segments[1]), request)
    }
}

/// Adds entries: each is answered with how many there are, and told to every listener.
distributed actor Ledger: DurableObject {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        if request.isWebSocketUpgrade {
            let pair = WebSocketPair()
            try ctx.acceptWebSocket(pair.server)
            return Response(status: 101, webSocket: pair.client)
        }
        var count = try await ctx.storage.get("count", as: Int.self) ?? 0
        if request.method == "POST" {
            count += 1
            // Two rows in one turn: after any crash they must agree.
            try await ctx.storage.put("count", count)
            try await ctx.storage.put("entry/\(count)", count)
            for socket in try ctx.getWebSockets() { try socket.send(String(count)) }
        }
        let entries = try await ctx.storage.list(ListOptions(prefix: "entry/"), as: Int.self).count
        return Response("\(count) \(entries)")
    }
}
