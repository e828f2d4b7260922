public import DurableActors

/// Something an agent has done.
public struct AgentEvent: Sendable, Hashable {
    /// What was done, such as `rpc:error`.
    public let type: String
    /// The agent's class.
    public let agent: String
    /// The agent's name.
    public let name: String
    /// What is known of it.
    public let payload: JSONObject
    /// When, in milliseconds since 1970.
    public let timestamp: Int64

    /// The channel that events of this type belong to, such as `agents:rpc`.
    public var channel: String {
        let kind = type.split(separator: ":").first.map(String.init) ?? type
        switch kind {
        case "queue": return "agents:schedule"
        case "connect", "disconnect", "destroy": return "agents:lifecycle"
        default: return "agents:\(kind)"
        }
    }
}

/// Takes the events of agents.
public protocol AgentObservability: Sendable {
    /// Something was done; called on the agent's executor, so it should be quick.
    func emit(_ event: AgentEvent)
}

extension DurableObjectRuntime {
    /// Has somebody told of every event of every agent that has no observer of its own; nil ends it.
    public func observeAgents(_ observability: (any AgentObservability)?) {
        AgentDirectory.of(core).observe(observability)
    }
}

extension Agent {
    func emit(_ type: String, _ payload: @autoclosure () -> JSONObject = JSONObject()) {
        guard let observability else { return }
        observability.emit(
            AgentEvent(type: type, agent: Self.className, name: name, payload: payload(), timestamp: ctx.now)
        )
    }
}
