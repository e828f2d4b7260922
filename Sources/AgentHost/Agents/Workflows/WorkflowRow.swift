internal import DurableActors
internal import Workflows

/// A row of the table of workflows that an agent started.
struct WorkflowRow: Codable, Sendable, Equatable {
    var id: String
    var workflowId: String
    var workflowName: String
    var status: InstanceStatus.Status
    var metadata: String?
    var errorName: String?
    var errorMessage: String?
    /// Seconds since 1970, as all times of the row.
    var createdAt: Int64
    var updatedAt: Int64
    var completedAt: Int64?

    enum CodingKeys: String, CodingKey {
        case id, status, metadata
        case workflowId = "workflow_id"
        case workflowName = "workflow_name"
        case errorName = "error_name"
        case errorMessage = "error_message"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case completedAt = "completed_at"
    }
}

/// The parameters of instances whose creation has not been confirmed; delivered again at the next start.
enum WorkflowOutbox {
    static let table = RecordTable<JSONValue>("cf_agents_workflow_outbox")
    /// How long those instances are kept, where the start said so.
    static let retentions = RecordTable<WorkflowRetention>("cf_agents_workflow_retention")

    /// How long they may last, likewise.
    static let timeouts = RecordTable<WorkflowTimeout>("cf_agents_workflow_timeout")

    static func delete(_ id: String, in storage: DurableObjectStorage) throws {
        try table.delete(id, in: storage)
        try retentions.delete(id, in: storage)
        try timeouts.delete(id, in: storage)
    }
}

extension Agent {
    /// The row of a workflow; nil when this agent did not start it.
    func workflowRow(_ id: String) throws -> WorkflowRow? {
        try prepareTables()
        return try sql("SELECT * FROM cf_agents_workflows WHERE workflow_id = \(id)", as: WorkflowRow.self).first
    }

    /// The row of a workflow; throws when this agent did not start it.
    func trackedWorkflow(_ id: String) throws -> WorkflowRow {
        guard let row = try workflowRow(id) else {
            throw DurableObjectError(.notFound, "Workflow \(id) not found in tracking table")
        }
        return row
    }

    func insert(_ row: WorkflowRow) throws {
        try sql(
            """
            INSERT INTO cf_agents_workflows (id, workflow_id, workflow_name, status, metadata, error_name, error_message, \
            created_at, updated_at, completed_at) VALUES (\(row.id), \(row.workflowId), \(row.workflowName), \
            \(row.status.rawValue), \(row.metadata), \(row.errorName), \(row.errorMessage), \(row.createdAt), \(row.updatedAt), \
            \(row.completedAt))
            """
        )
    }

    /// Changes a workflow's row where there is one; nothing is written when nothing changes.
    func track(_ id: String, _ change: (inout WorkflowRow, _ now: Int64) -> Void) throws {
        guard var row = try workflowRow(id) else { return }
        let (before, now) = (row, ctx.now / 1000)
        change(&row, now)
        guard row != before else { return }
        row.updatedAt = now
        try update(row)
    }

    private func update(_ row: WorkflowRow) throws {
        try sql(
            """
            UPDATE cf_agents_workflows SET status = \(row.status.rawValue), error_name = \(row.errorName), \
            error_message = \(row.errorMessage), created_at = \(row.createdAt), updated_at = \(row.updatedAt), \
            completed_at = \(row.completedAt) \
            WHERE workflow_id = \(row.workflowId)
            """
        )
    }
}
