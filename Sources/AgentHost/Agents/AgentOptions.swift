/// Choices of a class of agents: `static options` in TypeScript.
public struct AgentOptions: Sendable {
    /// Whether a client is told the agent's name and class when it connects; without it a client's `ready` waits for ever.
    public var sendIdentityOnConnect: Bool
    /// How long the run of an interval may go on before it is taken for lost, in seconds.
    public var hungScheduleTimeoutSeconds: Int64
    /// How soon the alarm rings while something keeps the agent alive, in milliseconds.
    public var keepAliveIntervalMs: Int64
    /// How often schedules, the queue and `retry` try, where they are not told otherwise.
    public var retry: RetryOptions

    /// Makes options; what is left out is as in the SDK.
    public init(
        sendIdentityOnConnect: Bool = true,
        hungScheduleTimeoutSeconds: Int64 = 30,
        keepAliveIntervalMs: Int64 = 30_000,
        retry: RetryOptions = RetryOptions()
    ) {
        self.sendIdentityOnConnect = sendIdentityOnConnect
        self.hungScheduleTimeoutSeconds = hungScheduleTimeoutSeconds
        self.keepAliveIntervalMs = keepAliveIntervalMs
        self.retry = retry
    }
}
