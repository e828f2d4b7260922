import AgentHost
import DurableActors
import DurableActorsTestKit
import Workflows

/// A workflow of an agent whose `run` is a closure of the test.
struct Errand: AgentWorkflow {
    typealias Script = @Sendable (Errand, JSONValue, AgentWorkflowStep) async throws -> JSONValue

    struct Env: Sendable {
        let tape: Tape
        let script: Script
    }

    let ctx: AgentWorkflowContext<Boss>
    let env: Env

    init(ctx: AgentWorkflowContext<Boss>, env: Env) {
        self.ctx = ctx
        self.env = env
    }

    func run(_ event: WorkflowEvent<JSONValue>, _ step: AgentWorkflowStep) async throws -> JSONValue {
        try await env.script(self, event.payload, step)
    }
}

/// A simulated host with an agent, `Boss`, and one workflow under the bindings `W` and `NEW`.
final class ErrandSite: Sendable {
    struct Bindings: Sendable {
        let bosses: DurableObjectNamespace<Boss>
        let errands: any AnyWorkflow
    }

    let tape: Tape
    /// What the runtime has logged.
    let log: Tape
    let host: SimulatedHost<Bindings>

    init(_ script: @escaping Errand.Script = { _, _, _ in .null }) throws {
        let (tape, log) = (Tape(), Tape())
        (self.tape, self.log) = (tape, log)
        host = try SimulatedHost(log: EventLog { log.note($0) }) { runtime in
            let bosses = try runtime.registerAgent(Boss.self, binding: "Boss", uniqueKey: "boss")
            let register = { (binding: String) in
                try runtime.registerAgentWorkflow(Errand.self, binding: binding, name: binding, agents: bosses) {
                    Errand.Env(tape: tape, script: script)
                }
            }
            let bindings = Bindings(bosses: bosses, errands: try register("W"))
            _ = try register("NEW")
            runtime.observeAgents(tape)
            try runtime.start(environment: tape)
            return bindings
        }
    }

    /// Runs a body inside an agent, then all that it has set going and that needs no time.
    func boss<Result: Sendable>(
        _ name: String = "b",
        _ body: @escaping @Sendable (isolated Boss) async throws -> Result
    ) throws -> Result {
        let result = try host.run {
            let boss = try await getAgentByName(self.host.bindings.bosses, name)
            return try await runInDurableObject(boss) { boss, _ in try await body(boss) }
        }
        try host.settle()
        return result
    }

    /// Starts a workflow with an id, and lets it run as far as it gets without time.
    @discardableResult
    func start(_ id: String, of name: String = "b", _ metadata: JSONValue? = nil) throws -> String {
        try boss(name) { try await $0.runWorkflow("W", ["x": 1] as JSONValue, id: id, metadata: metadata) }
    }

    func row(_ id: String, of name: String = "b") throws -> WorkflowInfo? { try boss(name) { try $0.getWorkflow(id) } }

    /// What an error of the agent says.
    func refusal(_ body: @escaping @Sendable (isolated Boss) async throws -> Void) throws -> String {
        try boss { boss in
            do {
                try await body(boss)
                return "none"
            } catch {
                return WorkflowError(erasing: error).message
            }
        }
    }

    func status(_ id: String, of name: String = "b") throws -> InstanceStatus {
        try boss(name) { try await $0.getWorkflowStatus("W", id) }
    }

    /// What hooks have written down.
    var reports: [String] { tape.lines.filter { $0.contains(" of W ") } }

    /// A client of the agent.
    func open() throws -> TestSocket {
        let request = Request("http://host/agents/boss/b", headers: Headers([("Upgrade", "websocket")]))
        let socket = try host.run { try await self.host.door.routeAgentRequest(request)?.webSocket }
        guard let socket else { throw Failure("no socket") }
        let client = TestSocket(socket)
        try host.settle()
        return client
    }
}
