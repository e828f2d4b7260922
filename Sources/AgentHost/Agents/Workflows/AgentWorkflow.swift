internal import Distributed
public import DurableActors
public import Workflows

/// A workflow that an agent starts, and that can call it, report progress to it and reach its clients.
///
/// Keep `ctx` and `env` from `init`; `run` is entered from its top in every lifetime, so whatever must not happen twice
/// belongs in a step.
public protocol AgentWorkflow: Sendable {
    /// The class of the agent that starts it.
    associatedtype AgentType: Agent
    /// What it is started with.
    associatedtype Params: Codable & Sendable
    /// What it returns.
    associatedtype Output: Codable & Sendable
    /// The bindings it is given.
    associatedtype Env: Sendable

    /// Where it runs and for whom.
    var ctx: AgentWorkflowContext<AgentType> { get }

    /// Makes the workflow for one lifetime.
    init(ctx: AgentWorkflowContext<AgentType>, env: Env)

    /// Does the work.
    func run(_ event: WorkflowEvent<Params>, _ step: AgentWorkflowStep) async throws -> Output
}

/// Where a workflow of an agent runs and for whom.
public struct AgentWorkflowContext<AgentType: Agent>: Sendable {
    /// The instance's id.
    public let workflowId: String
    /// The binding it was started through.
    public let workflowName: String
    /// The agent that started it, as a typed stub; it has started.
    public let agent: AgentType
    let link: AgentLink
}

extension AgentWorkflow {
    /// The agent that started this workflow; each call is an ordinary one, repeated on replay unless inside a step.
    public var agent: AgentType { ctx.agent }
    /// The instance's id.
    public var workflowId: String { ctx.workflowId }
    /// The binding it was started through.
    public var workflowName: String { ctx.workflowName }

    /// Tells the agent how far it has got.
    ///
    /// Not durable: repeated on replay and on a step's retry.
    public func reportProgress(_ progress: some Encodable & Sendable) async throws {
        try await ctx.link.report(.progress(try JSONValue(encoding: progress)))
    }

    /// Sends a message to all of the agent's clients.
    ///
    /// Not durable, and a failure is not seen.
    public func broadcastToClients(_ message: some Encodable & Sendable) async {
        // Silence is right: the call is documented to hide its failure.
        if let value = try? JSONValue(encoding: message) { try? await ctx.link.send(.broadcast(value)) }
    }

    /// Waits for a person's decision: returns what came with an approval, throws on a rejection.
    public func waitForApproval(
        _ step: AgentWorkflowStep,
        stepName: String = "wait-for-approval",
        eventType: String = "approval",
        timeout: WorkflowDuration = "24 hours"
    ) async throws -> JSONValue? {
        let event = try await step.waitForEvent(stepName, type: eventType, timeout: timeout, as: Approval.self)
        if event.payload.approved { return event.payload.metadata }
        try await step.reportError(event.payload.reason ?? "Workflow rejected")
        throw WorkflowRejectedError(reason: event.payload.reason, workflowId: workflowId)
    }
}

/// A person has rejected what a workflow wanted to do.
public struct WorkflowRejectedError: Error, Sendable, Codable, CustomStringConvertible {
    /// Why, where the person said so.
    public let reason: String?
    /// The instance.
    public let workflowId: String

    /// The text the SDK gives.
    public var description: String { reason.map { "Workflow rejected: \($0)" } ?? "Workflow rejected" }
}
