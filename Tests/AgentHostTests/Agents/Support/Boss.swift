import AgentHost
import Distributed
import DurableActors
import Workflows

/// An agent with workflows, which writes down what they report and what their rows then say.
distributed actor Boss: Agent {
    typealias State = JSONValue

    static var initialState: JSONValue { ["b": 2] }

    let ctx: DurableObjectState
    let tape: Tape

    init(ctx: DurableObjectState, env: Tape) {
        self.ctx = ctx
        tape = env
        actorSystem = ctx.actorSystem
    }

    func onStart() async throws { tape.note("start \(name)") }

    func onWorkflowProgress(_ name: String, _ id: String, _ progress: JSONValue) async throws {
        try note("progress \(progress)", name, id)
    }
    func onWorkflowComplete(_ name: String, _ id: String, _ result: JSONValue?) async throws {
        try note("complete \(result?.description ?? "nothing")", name, id)
    }
    func onWorkflowError(_ name: String, _ id: String, _ error: String) async throws {
        try note("error \(error)", name, id)
        if self.name == "deaf" { throw Failure("not heard") }
    }
    func onWorkflowEvent(_ name: String, _ id: String, _ event: JSONValue) async throws {
        try note("event \(event)", name, id)
    }

    private func note(_ text: String, _ binding: String, _ id: String) throws {
        tape.note("\(text) of \(binding) \(id), \(try getWorkflow(id)?.status.rawValue ?? "unknown here")")
    }

    distributed func help(_ text: String) -> String {
        tape.note("help \(text)")
        return "helped \(text)"
    }
    distributed func work() async throws -> Bool {
        try await ctx.sleep(milliseconds: 5000)
        return true
    }
}
