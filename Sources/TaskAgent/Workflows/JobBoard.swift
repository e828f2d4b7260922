internal import AgentHost
public import Distributed
public import DurableActors

/// A command that is to be followed to its end.
public struct FollowedJob: Codable, Sendable, Hashable {
    let processId: String
    let sessionId: String
    let workflowId: String
}

/// Remembers which commands run, so that a host that starts again follows them to their end.
///
/// A workflow that waits for its command is out of memory and does not wake by itself when the host comes back: what
/// brings it the end of its command must be durable in its own right. Several boards share the load.
public distributed actor JobBoard: DurableObject {
    static let boards = 16
    private static let jobs = RecordTable<FollowedJob>("job")

    /// The object's own state of the runtime.
    public let ctx: DurableObjectState

    /// Made by the runtime.
    public init(ctx: DurableObjectState, env: TaskAgentEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// The name of the board that a workflow's command is on, for ever the same.
    static func name(for workflowId: String) -> String {
        let sum = workflowId.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        return "board-\(sum % boards)"
    }

    distributed func add(_ job: FollowedJob) async throws {
        try Self.jobs.put(job.workflowId, job, in: ctx.storage)
    }

    distributed func remove(workflowId: String) async throws {
        try Self.jobs.delete(workflowId, in: ctx.storage)
    }

    distributed func has(workflowId: String) async throws -> Bool {
        try Self.jobs.get(workflowId, in: ctx.storage) != nil
    }

    distributed func all() async throws -> [FollowedJob] {
        try Self.jobs.all(in: ctx.storage).map(\.row)
    }
}
