public import DurableActors

/// Which agent a client talks to, and how it gets there.
public struct AgentClientOptions: Sendable {
    /// The transport's security.
    public enum Scheme: String, Sendable {
        /// Plain.
        case ws
        /// Over TLS, for transports that have it.
        case wss
    }

    /// The host with its port; a scheme before it and one slash behind it are dropped.
    public var host: String
    /// The agent's class or binding, in any spelling that has the same kebab form.
    public var agent: String
    /// The agent's name; as it stands in the path, so a slash in it ends it.
    public var name = "default"
    /// The first segments of the path.
    public var prefix = "agents"
    /// A whole path instead of prefix, agent and name, for hosts that choose the agent themselves.
    public var basePath: String?
    /// What follows the name in the path; must not start with a slash.
    public var path: String?
    /// Nil for `ws` to hosts of this machine and of private networks given with a port, and `wss` to all others.
    public var scheme: Scheme?
    /// The query's pairs, asked for anew before every attempt; a pair whose value is nil is left out.
    public var query: @Sendable () async throws -> [(name: String, value: String?)] = { [] }
    /// Further fields of the upgrade request, which a browser could not send.
    public var headers = Headers()
    /// How long a call waits for its answer; nil for ever.
    public var callTimeout: Duration? = .seconds(30)
    /// How many chunks of a stream wait for its reader before the stream fails.
    public var maximumUnreadChunks = 16_384
    /// When to try again after a lost connection.
    public var reconnection = ReconnectionRule()

    /// The agent of that class and name on a host; everything else as the Agents SDK's client has it.
    public init(host: String, agent: String, name: String = "default") {
        self.host = host
        self.agent = agent
        self.name = name
    }
}
