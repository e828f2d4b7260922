public import DurableActors

/// What a client tells its owner, in the order in which it happened.
public enum AgentClientEvent<State: Codable & Sendable>: Sendable {
    /// The socket is open; what had waited has been sent.
    case opened
    /// The agent has said who it is; comes with every connection.
    case identified(AgentIdentity)
    /// It is another agent than on the connection before.
    case identityChanged(from: AgentIdentity, to: AgentIdentity)
    /// The state is another now.
    case state(State, AgentStateSource)
    /// The agent has refused a state that this client set; the client's own copy stays as it was set.
    case stateRefused(String)
    /// A message that is not of the protocol.
    case message(WebSocketMessage)
    /// An open socket has ended; 1006 when it was lost without a close frame.
    case closed(code: Int, reason: String, wasClean: Bool)
    /// An attempt to connect has failed; another follows.
    case attemptFailed(String)
    /// The agent has turned the client away for good.
    case refused(AgentConnectionError)
    /// Something came that was dropped.
    case warning(String)
}

/// Who an agent says it is.
public struct AgentIdentity: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Its class, in kebab form.
    public let agent: String
}

/// Who changed a state.
public enum AgentStateSource: Sendable, Equatable {
    /// This client.
    case client
    /// The agent, for itself or for another client.
    case server
}
