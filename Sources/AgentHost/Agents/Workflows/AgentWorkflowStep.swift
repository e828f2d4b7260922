public import DurableActors
internal import Locks
public import Workflows

/// The steps of a workflow, with those that tell its agent something durably.
public struct AgentWorkflowStep: WorkflowSteps {
    /// What makes the steps.
    public let step: WorkflowStep
    private let link: AgentLink
    private let counter: StepCounter

    init(step: WorkflowStep, link: AgentLink) {
        self.step = step
        self.link = link
        counter = StepCounter()
    }

    /// Whether this lifetime has told the agent of an error.
    var hasReportedError: Bool { counter.hasReportedError }

    /// Tells the agent that the workflow is done; a step.
    public func reportComplete(_ result: (some Encodable & Sendable)? = JSONValue?.none) async throws {
        let value = try result.map { try JSONValue(encoding: $0) }
        try await tell("reportComplete") { try await $0.report(.complete(value)) }
    }

    /// Tells the agent that the workflow has failed; a step.
    public func reportError(_ message: String) async throws {
        counter.noteError()
        try await tell("reportError") { try await $0.report(.error(message)) }
    }

    /// Tells the agent that the workflow has failed, by the error's message; a step.
    public func reportError(_ error: any Error) async throws {
        try await reportError(WorkflowError(erasing: error).message)
    }

    /// Sends the agent an event; a step.
    public func sendEvent(_ event: some Encodable & Sendable) async throws {
        let value = try JSONValue(encoding: event)
        try await tell("sendEvent") { try await $0.report(.event(value)) }
    }

    /// Replaces the agent's state, as the agent's own `setState` does; a step.
    ///
    /// One that the agent refuses, or that is none of its states, fails the step, which is tried again.
    public func updateAgentState(_ state: some Encodable & Sendable) async throws {
        let value = try JSONValue(encoding: state)
        try await tell("updateState") { try await $0.send(.setState(value)) }
    }

    /// Replaces members of the agent's state, those of an object's first level; a step.
    public func mergeAgentState(_ part: some Encodable & Sendable) async throws {
        guard case .object(let members) = try JSONValue(encoding: part) else {
            throw DurableObjectError.typeError("What is merged into an agent's state is an object.")
        }
        try await tell("mergeState") { try await $0.send(.mergeState(members)) }
    }

    /// Sets the agent's state to its initial one; a step.
    public func resetAgentState() async throws {
        try await tell("resetState") { try await $0.send(.resetState) }
    }

    private func tell(_ call: String, _ send: @escaping @Sendable (AgentLink) async throws -> Void) async throws {
        let link = link
        try await step.do("__agent_\(call)_\(counter.next())") { _ in
            try await send(link)
            return true
        }
    }
}

/// Counts the calls to the agent in one lifetime, from zero.
private final class StepCounter: Sendable {
    private let state = Mutex((next: 0, hasReportedError: false))

    func next() -> Int {
        state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
    }

    var hasReportedError: Bool { state.withLock { $0.hasReportedError } }

    func noteError() { state.withLock { $0.hasReportedError = true } }
}
