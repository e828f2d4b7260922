import DurableActors
import Workflows

/// Where a digest's items are, and where it goes.
struct DigestEnv: Sendable {
    let inboxes: DurableObjectNamespace<Inbox>
    /// Sends what is not yet sent under the id.
    let send: @Sendable (_ id: String, _ items: [String]) async throws -> Void
}

/// Sends what an inbox has gathered, each morning; registered with `schedules: DailyDigest.schedules`.
///
/// What was sent is removed by number, so an item that comes meanwhile is in the next digest.
struct DailyDigest: WorkflowEntrypoint {
    static let schedules = ["0 8 * * *"]

    let env: DigestEnv

    init(ctx: WorkflowContext, env: DigestEnv) { self.env = env }

    /// How many items were sent.
    func run(_ event: WorkflowEvent<NoValue>, _ step: WorkflowStep) async throws -> Int {
        let inbox = env.inboxes.getByName("main")
        let items = try await step.do("gather") { _ in try await inbox.items() }
        guard let last = items.last else { return 0 }
        try await step.do("send") { _ in try await env.send(event.instanceId, items.map(\.text)) }
        try await step.do("remove") { _ in try await inbox.remove(through: last.number) }
        return items.count
    }
}
