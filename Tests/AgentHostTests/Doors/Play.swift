import DurableActors
import Workflows

/// A workflow that does what its test says; its code is made anew in each process that runs the test.
struct Play: WorkflowEntrypoint {
    typealias Env = @Sendable (WorkflowEvent<JSONValue>, WorkflowStep) async throws -> JSONValue

    let env: Env

    init(ctx: WorkflowContext, env: @escaping Env) { self.env = env }

    func run(_ event: WorkflowEvent<JSONValue>, _ step: WorkflowStep) async throws -> JSONValue {
        try await env(event, step)
    }
}
