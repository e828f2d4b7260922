public import AgentHost
internal import DurableActors
internal import Distributed
internal import Sandbox
public import Workflows

/// Opens a session: starts its sandbox and tells the session's agent.
public struct CreateSessionWorkflow: AgentWorkflow {
    /// What it is started with.
    public struct Parameters: Codable, Sendable {
        let userId: String
        let sessionId: String
    }

    /// What it returns.
    public struct Outcome: Codable, Sendable {
        let sessionId: String
        let workingDirectory: String
    }

    /// Where it runs and for whom.
    public let ctx: AgentWorkflowContext<TaskAgent>
    let env: TaskAgentEnv

    /// Made by the engine for each lifetime.
    public init(ctx: AgentWorkflowContext<TaskAgent>, env: TaskAgentEnv) {
        self.ctx = ctx
        self.env = env
    }

    /// Does the work.
    public func run(_ event: WorkflowEvent<Parameters>, _ step: AgentWorkflowStep) async throws -> Outcome {
        let sessionId = event.payload.sessionId
        // The sandbox's id is the session's: a second attempt finds the first one's sandbox.
        let workingDirectory = try await step.do("create-container") { _ in
            try await getSandbox(env.sandboxes, sessionId).spawn().workingDirectory
        }
        _ = try await step.do("register-session") { _ in
            try await agent.sessionReady(workingDirectory: workingDirectory)
            return true
        }
        let outcome = Outcome(sessionId: sessionId, workingDirectory: workingDirectory)
        try await step.reportComplete(outcome)
        return outcome
    }
}
