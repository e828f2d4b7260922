internal import Distributed
internal import DurableActors
internal import Workflows

/// Rows that an earlier version of this package kept beside the database.
extension Agent {
    /// Moves a state and tracked workflows from key-value storage into the tables.
    func adoptKeptRecords() throws {
        let states = RecordTable<JSONValue>("cf_agents_state")
        if let state = try states.get("cf_state_row_id", in: ctx.storage) {
            try storeState(JSON.stringify(state))
            try states.delete("cf_state_row_id", in: ctx.storage)
        }
        let workflows = RecordTable<KeptWorkflow>("cf_agents_workflows")
        for (key, kept) in try workflows.all(in: ctx.storage) {
            try insert(
                WorkflowRow(
                    id: kept.workflowId,
                    workflowId: kept.workflowId,
                    workflowName: kept.workflowName,
                    status: kept.status,
                    metadata: try kept.metadata.map { try JSON.stringify($0) },
                    errorName: kept.errorName,
                    errorMessage: kept.errorMessage,
                    createdAt: kept.createdAt,
                    updatedAt: kept.updatedAt,
                    completedAt: kept.completedAt
                )
            )
            if let params = kept.outbox { try WorkflowOutbox.table.put(kept.workflowId, params, in: ctx.storage) }
            try workflows.delete(key, in: ctx.storage)
        }
    }
}

private struct KeptWorkflow: Codable, Sendable {
    var workflowId: String
    var workflowName: String
    var status: InstanceStatus.Status
    var metadata: JSONValue?
    var errorName: String?
    var errorMessage: String?
    var createdAt: Int64
    var updatedAt: Int64
    var completedAt: Int64?
    var outbox: JSONValue?
}
