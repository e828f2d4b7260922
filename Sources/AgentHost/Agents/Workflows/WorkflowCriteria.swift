public import DurableActors
public import Workflows

/// Which of an agent's workflows are meant; what is left out matches all.
public struct WorkflowCriteria: Sendable {
    /// Those with one of these statuses.
    public var status: [InstanceStatus.Status]
    /// Those started through this binding.
    public var workflowName: String?
    /// Those whose metadata has these members.
    public var metadata: JSONObject
    /// Those started before this, in seconds since 1970.
    public var createdBefore: Int64?

    /// Makes criteria.
    public init(
        status: [InstanceStatus.Status] = [],
        workflowName: String? = nil,
        metadata: JSONObject = JSONObject(),
        createdBefore: Int64? = nil
    ) {
        self.status = status
        self.workflowName = workflowName
        self.metadata = metadata
        self.createdBefore = createdBefore
    }

    var condition: SqlQuery {
        """
        (\(status.isEmpty) OR status IN (\(status.map(\.rawValue)))) \
        AND (\(workflowName) IS NULL OR workflow_name = \(workflowName)) \
        AND (\(createdBefore) IS NULL OR created_at < \(createdBefore)) \
        AND NOT EXISTS (SELECT 1 FROM json_each(\(JSONValue.object(metadata).description)) AS wanted \
        WHERE json_extract(metadata, '$.' || wanted.key) IS NOT wanted.value)
        """
    }
}
