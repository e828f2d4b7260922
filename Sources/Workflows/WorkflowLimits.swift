/// The bounds of workflows; the defaults are those of Cloudflare's paid plan unless said otherwise.
public struct WorkflowLimits: Sendable {
    /// How many `do` calls one lifetime may make: 10,000; at most 25,000.
    public var steps = 10_000
    /// The most bytes an encoded step result, event payload, parameter value or output may have: 1 MiB.
    public var valueBytes = 1_048_576
    /// The most bytes one instance keeps of values, streams and events: 1 GiB.
    public var storageBytes = 1_073_741_824
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
    /// How many instances run at a time; those that wait do not count: 10,000, likewise.
    public var concurrency = 10_000
    /// How many instances may wait for their turn before `create` throws: 2,000,000.
    public var queued = 2_000_000
    /// How many instances may be created or restarted within a second; nil for any number, the default here.
    public var creationsPerSecond: Int?
    /// How long an instance that is complete is kept unless told, in milliseconds: 7 days.
    public var successRetentionMilliseconds: Int64 = 7 * 86_400_000
    /// How long one that failed or was terminated is kept unless told, in milliseconds: 7 days.
    public var errorRetentionMilliseconds: Int64 = 7 * 86_400_000
    /// Whether replay refuses code that no longer calls the steps the journal has: off, as on Cloudflare.
    ///
    /// With it an instance whose history differs from what the code does is paused, and its status names the first step
    /// that differs. Code between steps should then await nothing but steps.
    public var refusesChangedHistory = false

    /// What is wrong with the engine on purpose; nothing but in tests of checkers.
    package var faults: WorkflowFaults = []

    /// The most retries a step may ask for.
    static let mostRetries = 10_000
    /// The most steps `steps` may allow.
    static let mostSteps = 25_000
    /// The most ids or instances of one batch.
    static let batch = 100
    /// How long a function that gives a retry's delay may take, in milliseconds.
    static let delayMilliseconds: Int64 = 5000
    /// The largest piece of a stream that a step may return, in bytes.
    static let streamPieceBytes = 16_777_216
    /// How large the pieces are in which streams are stored, in bytes.
    static let storedPieceBytes = 262_144
    /// The most schedules of one workflow, and the most characters of each.
    static let schedules = (count: 100, characters: 256)

    /// The defaults.
    public init() {}
}
