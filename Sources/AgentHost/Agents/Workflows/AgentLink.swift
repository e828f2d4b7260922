internal import DurableActors

/// The way from a workflow to its agent.
struct AgentLink: Sendable {
    let entry: AgentDirectory.Entry
    let agentName: String
    let workflowName: String
    let workflowId: String
    let world: World

    func report(_ kind: WorkflowCallback.Kind) async throws {
        let callback = WorkflowCallback(
            workflowName: workflowName,
            workflowId: workflowId,
            timestamp: world.clock.nowMilliseconds,
            kind: kind
        )
        try await send(.callback(callback))
    }

    func send(_ message: AgentMessage) async throws { try await entry.tell(agentName, message) }
}

/// What a workflow has its agent do.
enum AgentMessage: Codable, Sendable {
    case callback(WorkflowCallback)
    case broadcast(JSONValue)
    case setState(JSONValue)
    case mergeState(JSONObject)
    case resetState
}
