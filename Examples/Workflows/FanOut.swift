import Workflows

/// Counts the words of many parts at once, each in a step of its own, and adds up what they give.
///
/// A part that fails is tried again alone; the others keep what they have.
struct FanOut: WorkflowEntrypoint {
    /// The words of a part, and how often each is in it.
    typealias Env = @Sendable (_ part: String) async throws -> [String: Int]

    let count: Env

    init(ctx: WorkflowContext, env: @escaping Env) { count = env }

    func run(_ event: WorkflowEvent<[String]>, _ step: WorkflowStep) async throws -> [String: Int] {
        let config = StepConfig(retries: .init(limit: 3, delay: "10 seconds"))
        let counts = try await step.all(
            event.payload.enumerated().map { index, part in
                .do("part \(index)", config) { _ in try await count(part) }
            }
        )
        return counts.reduce(into: [:]) { total, words in total.merge(words, uniquingKeysWith: +) }
    }
}
