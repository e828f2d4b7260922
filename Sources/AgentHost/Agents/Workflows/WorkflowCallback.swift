internal import DurableActors

/// What a workflow tells the agent that started it.
struct WorkflowCallback: Sendable, Codable {
    enum Kind: Sendable, Codable {
        case progress(JSONValue)
        case complete(JSONValue?)
        case error(String)
        case event(JSONValue)
        case broadcast(JSONValue)
    }

    let workflowName: String
    let workflowId: String
    let kind: Kind
}
