public import DurableActors
public import Workflows

/// What is known of a workflow that an agent started.
public struct WorkflowInfo: Codable, Sendable, Hashable {
    /// The row's own id.
    public let id: String
    /// The instance's id.
    public let workflowId: String
    /// The binding it was started through.
    public let workflowName: String
    /// The status as callbacks and control calls made it; `getWorkflowStatus` asks the instance itself.
    public let status: InstanceStatus.Status
    /// What was given at the start.
    public let metadata: JSONValue?
    /// Why it has failed.
    public let error: WorkflowError?
    /// When it was started, in seconds since 1970, as the other times.
    public let createdAt: Int64
    /// When anything of this last changed.
    public let updatedAt: Int64
    /// When its end was noted.
    public let completedAt: Int64?

    init(_ row: WorkflowRow) throws {
        id = row.id
        workflowId = row.workflowId
        workflowName = row.workflowName
        status = row.status
        metadata = try row.metadata.map { try JSON.parse($0) }
        error = row.errorName.map { WorkflowError(name: $0, row.errorMessage ?? "") }
        createdAt = row.createdAt
        updatedAt = row.updatedAt
        completedAt = row.completedAt
    }
}
