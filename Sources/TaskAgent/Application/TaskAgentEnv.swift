public import DurableActors
public import Sandbox

/// The bindings of the application: what the Worker's `env` is.
public struct TaskAgentEnv: Sendable {
    /// The agents: one a session, and `default`, the front door.
    public let taskAgents: DurableObjectNamespace<TaskAgent>
    /// The accounts, by user id.
    public let accounts: DurableObjectNamespace<Account>
    /// From the hash of an API key to its account.
    public let keyIndex: DurableObjectNamespace<KeyIndex>
    /// From an e-mail address to its account.
    public let emailIndex: DurableObjectNamespace<EmailIndex>
    /// The sandboxes, by session.
    public let sandboxes: any SandboxNamespace
    /// Follows running commands.
    let jobs: JobWatcher
    /// Choices of the operator.
    public let settings: TaskAgentSettings
    let world: World
}

/// Choices of the operator.
public struct TaskAgentSettings: Sendable {
    /// Whether sockets need neither a key nor a ticket; only for development on a loopback address.
    public var allowsBareSockets = false
    /// What a new account has.
    public var initialCredits = 100
    /// How long a socket's ticket is good for, in milliseconds.
    public var ticketMilliseconds: Int64 = 60_000
    /// How long the token of a sign-up is good for, in milliseconds.
    public var tokenMilliseconds: Int64 = 7 * 24 * 3600 * 1000
    /// The name of this node where there are several; kept for ever, since what it follows is found by it.
    public var node: String?
    /// The rounds of the password hash.
    public var passwordRounds = 210_000
    /// How long a task may run, in seconds.
    public var taskSeconds = 7200

    /// The defaults.
    public init() {}
}
