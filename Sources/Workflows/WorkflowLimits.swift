/// The bounds of workflows; the defaults are those of Cloudflare's paid plan unless said otherwise.
public struct WorkflowLimits: Sendable {
    /// How many `do` calls one lifetime may make: 10,000; at most 25,000.
    public var steps = 10_000
    /// The most bytes an encoded step result, event payload, parameter value or output may have: 1 MiB.
    public var valueBytes = 1_048_576
    /// The longest sleep or wait, in milliseconds: 365 days.
    public var longestWaitMilliseconds: Int64 = 365 * 86_400_000
    /// How long `waitForEvent` waits unless told, in milliseconds: 24 hours.
    public var waitTimeoutMilliseconds: Int64 = 86_400_000
    /// How long one attempt of a step may take unless told, in milliseconds: 10 minutes.
    public var attemptTimeoutMilliseconds: Int64 = 600_000
    /// How often a failed step is tried again unless told: 5 times.
    public var retries = 5
    /// The delay before the first retry unless told, in milliseconds: 10 seconds.
    public var retryDelayMilliseconds: Int64 = 10_000
    /// After how many process crashes in a row inside one step the step fails: 10, a choice of this library.
    public var crashesPerStep = 10
    /// How long an instance stays resident after its last branch began to wait, in milliseconds: 20, likewise.
    public var settleMilliseconds: Int64 = 20

    /// The most retries a step may ask for.
    static let mostRetries = 10_000
    /// The most steps `steps` may allow.
    static let mostSteps = 25_000

    /// The defaults.
    public init() {}
}
