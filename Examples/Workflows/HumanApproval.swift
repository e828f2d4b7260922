import Workflows

/// What somebody is asked to approve.
struct Proposal: Codable, Sendable {
    let title: String
    let approver: String
}

/// The payload of the event `approval`.
struct Approval: Codable, Sendable {
    let approved: Bool
    var comment: String?
}

/// What became of a proposal.
struct Decision: Codable, Sendable, Hashable {
    enum Verdict: String, Codable, Sendable { case approved, rejected, timedOut }

    let verdict: Verdict
    var comment: String?
}

/// Asks a person and waits a day for the answer, with nothing in memory meanwhile.
struct HumanApproval: WorkflowEntrypoint {
    /// Tells the approver; the id is where the answer goes.
    typealias Env = @Sendable (_ proposal: Proposal, _ id: String) async throws -> Void

    let ask: Env

    init(ctx: WorkflowContext, env: @escaping Env) { ask = env }

    func run(_ event: WorkflowEvent<Proposal>, _ step: WorkflowStep) async throws -> Decision {
        try await step.do("ask") { _ in try await ask(event.payload, event.instanceId) }
        do {
            let answer = try await step.waitForEvent("answer", type: "approval", timeout: "24 hours", as: Approval.self)
            return Decision(verdict: answer.payload.approved ? .approved : .rejected, comment: answer.payload.comment)
        } catch let error as WorkflowError where error.name == "WorkflowTimeoutError" {
            return Decision(verdict: .timedOut)
        }
    }
}
