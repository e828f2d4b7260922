/// A workflow: code whose steps survive crashes of the process.
///
/// `run` is entered from its first line in every lifetime of an instance; steps that have ended return what they
/// returned the first time. So code between steps must be a pure function of the event and of steps' results.
public protocol WorkflowEntrypoint: Sendable {
    /// What `create` is given.
    associatedtype Params: Codable & Sendable
    /// What `run` returns; `NoValue` for nothing.
    associatedtype Output: Codable & Sendable
    /// What the workflow is given to work with.
    associatedtype Env: Sendable

    /// Makes the workflow, once in each lifetime.
    init(ctx: WorkflowContext, env: Env)

    /// Does the work.
    func run(_ event: WorkflowEvent<Params>, _ step: WorkflowStep) async throws -> Output
}
