/// Choices of a class of agents: `static options` in TypeScript.
public struct AgentOptions: Sendable {
    /// Whether a client is told the agent's name and class when it connects; without it a client's `ready` waits for ever.
    public var sendIdentityOnConnect: Bool

    /// Makes options; what is left out is as in the SDK.
    public init(sendIdentityOnConnect: Bool = true) {
        self.sendIdentityOnConnect = sendIdentityOnConnect
    }
}
