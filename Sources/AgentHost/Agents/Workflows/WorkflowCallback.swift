public import DurableActors

/// What a workflow reports to the agent that started it.
public struct WorkflowCallback: Codable, Sendable, Hashable {
    /// What is reported.
    public enum Kind: Codable, Sendable, Hashable {
        /// How far it has got.
        case progress(JSONValue)
        /// That it is done, and with what.
        case complete(JSONValue?)
        /// That it has failed, and why.
        case error(String)
        /// Something of its own.
        case event(JSONValue)
    }

    /// The binding the workflow was started through.
    public let workflowName: String
    /// The instance's id.
    public let workflowId: String
    /// When it was reported, in milliseconds since 1970.
    public let timestamp: Int64
    /// What is reported.
    public let kind: Kind

    /// Makes a report.
    public init(workflowName: String, workflowId: String, timestamp: Int64, kind: Kind) {
        self.workflowName = workflowName
        self.workflowId = workflowId
        self.timestamp = timestamp
        self.kind = kind
    }
}
