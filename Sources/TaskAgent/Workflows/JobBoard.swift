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

    private static let schema = ObjectTables.Schema(
        version: 1,
        statements: """
            CREATE TABLE IF NOT EXISTS job (
                workflow_id TEXT PRIMARY KEY NOT NULL,
                session_id TEXT NOT NULL,
                process_id TEXT NOT NULL
            ) WITHOUT ROWID
            """
    ) { storage in
        try storage.takeKept("job/", as: FollowedJob.self).map { _, job in
            """
            INSERT INTO job (workflow_id, session_id, process_id)
            VALUES (\(job.workflowId), \(job.sessionId), \(job.processId))
            """
        }
    }

    /// The object's own state of the runtime.
    public let ctx: DurableObjectState
    private var tables = ObjectTables(JobBoard.schema)

    /// Made by the runtime.
    public init(ctx: DurableObjectState, env: TaskAgentEnv) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// The name of the board that a workflow's command is on, for ever the same.
    static func name(for workflowId: String, on node: String? = nil) -> String {
        let sum = workflowId.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        return name(of: sum % boards, on: node)
    }

    /// The name of one of the boards; each node of a cluster has boards of its own, since it follows its own commands.
    static func name(of number: Int, on node: String?) -> String { "board-\(node.map { "\($0)-" } ?? "")\(number)" }

    private var sql: SqlStorage? { get throws { try tables.found(in: ctx.storage) } }

    distributed func add(_ job: FollowedJob) async throws {
        try tables.made(in: ctx.storage)(
            """
            INSERT OR REPLACE INTO job (workflow_id, session_id, process_id)
            VALUES (\(job.workflowId), \(job.sessionId), \(job.processId))
            """
        )
    }

    distributed func remove(workflowId: String) async throws {
        try sql?("DELETE FROM job WHERE workflow_id = \(workflowId)")
    }

    distributed func has(workflowId: String) async throws -> Bool {
        try sql?("SELECT 1 FROM job WHERE workflow_id = \(workflowId)").isEmpty == false
    }

    distributed func all() async throws -> [FollowedJob] {
        try sql?(
            "SELECT workflow_id AS workflowId, session_id AS sessionId, process_id AS processId FROM job",
            as: FollowedJob.self
        ) ?? []
    }
}
