import Distributed
import DurableActors
import DurableActorsTestKit

/// What probes are given: where they note their lives.
struct ProbeEnvironment: Sendable {
    let lives = Recorder<String>()
}

/// Tells its name and how many requests this life of it has answered.
distributed actor Probe: DurableObject {
    let ctx: DurableObjectState
    let env: ProbeEnvironment
    private var answered = 0

    init(ctx: DurableObjectState, env: ProbeEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
        env.lives.add(ctx.id.name ?? "nameless")
    }

    distributed func name() async throws -> String? { ctx.id.name }

    distributed func fetch(_ request: Request) async throws -> Response {
        defer { answered += 1 }
        return Response("\(answered)")
    }

    distributed func put(_ key: String, _ value: Int) async throws { try await ctx.storage.put(key, value) }

    distributed func get(_ key: String) async throws -> Int? { try await ctx.storage.get(key) }
}

/// A host with two classes of probes, as two namespaces of one program.
final class ProbeHost: Sendable {
    struct Bindings: Sendable {
        let first: DurableObjectNamespace<Probe>
        let second: DurableObjectNamespace<Probe>
    }

    let host: SimulatedHost<Bindings>
    let lives: Recorder<String>

    init() throws {
        let environment = ProbeEnvironment()
        lives = environment.lives
        host = try SimulatedHost(order: .arrival) { runtime in
            let bindings = Bindings(
                first: try runtime.register(Probe.self, binding: "FIRST", uniqueKey: "first"),
                second: try runtime.register(Probe.self, binding: "SECOND", uniqueKey: "second")
            )
            try runtime.start(environment: environment)
            return bindings
        }
    }

    var first: DurableObjectNamespace<Probe> { host.bindings.first }
    var second: DurableObjectNamespace<Probe> { host.bindings.second }

    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
        try host.run("run", body)
    }
}

/// Runs a body with the storage of an object that has stored nothing.
func withStorage<Result: Sendable>(
    _ body: @escaping @Sendable (DurableObjectStorage) async throws -> Result
) throws -> Result {
    let host = try simulatedHost(Counter.self)
    return try host.run {
        try await runInDurableObject(host.bindings.getByName("one")) { _, state in try await body(state.storage) }
    }
}

/// The error of the runtime that a body throws, as `name: message`; nil when it throws none.
func refusal(_ body: () async throws -> Void) async rethrows -> String? {
    do {
        try await body()
        return nil
    } catch let error as DurableObjectError {
        return "\(error.name): \(error.message)"
    }
}
