internal import DurableActors

/// What an agent remembers of a workflow it started.
struct WorkflowRow: Codable, Sendable {
    var workflowId: String
    var workflowName: String
    var status: String
    var metadata: JSONValue?
    var errorName: String?
    var errorMessage: String?
    /// Seconds since 1970, as in the SDK's table.
    var createdAt: Int64
    var updatedAt: Int64
    var completedAt: Int64?
    /// The parameters of an instance whose creation has not been confirmed; delivered again at the next start.
    var outbox: JSONValue?
}
