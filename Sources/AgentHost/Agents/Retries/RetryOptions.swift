internal import DurableActors

/// How often something is tried, and how long to wait in between; what is left out is the class's, then the SDK's.
public struct RetryOptions: Sendable, Codable, Hashable {
    /// How often it is tried in all; 3.
    public var maxAttempts: Double?
    /// The bound of the first wait is twice this, in milliseconds, and doubles with each try; 100.
    public var baseDelayMs: Double?
    /// The bound of the longest wait, in milliseconds; 3000.
    public var maxDelayMs: Double?

    /// Makes options.
    public init(maxAttempts: Double? = nil, baseDelayMs: Double? = nil, maxDelayMs: Double? = nil) {
        self.maxAttempts = maxAttempts
        self.baseDelayMs = baseDelayMs
        self.maxDelayMs = maxDelayMs
    }
}

/// Options with nothing left out.
struct RetryPolicy: Sendable, Equatable {
    var maxAttempts = 3.0
    var baseDelayMs = 100.0
    var maxDelayMs = 3000.0

    /// Resolves options against a class's; throws with the text of the first that makes no sense.
    init(_ options: RetryOptions?, defaults: RetryOptions) throws(DurableObjectError) {
        maxAttempts = options?.maxAttempts ?? defaults.maxAttempts ?? maxAttempts
        baseDelayMs = options?.baseDelayMs ?? defaults.baseDelayMs ?? baseDelayMs
        maxDelayMs = options?.maxDelayMs ?? defaults.maxDelayMs ?? maxDelayMs
        if let flaw { throw DurableObjectError(.invalidArgument, flaw) }
    }

    private var flaw: String? {
        if !(maxAttempts >= 1) { return "retry.maxAttempts must be >= 1" }
        if maxAttempts != maxAttempts.rounded() { return "retry.maxAttempts must be an integer" }
        if !(baseDelayMs > 0) { return "retry.baseDelayMs must be > 0" }
        if !(maxDelayMs > 0) { return "retry.maxDelayMs must be > 0" }
        if baseDelayMs > maxDelayMs { return "retry.baseDelayMs must be <= retry.maxDelayMs" }
        return nil
    }

    /// How long to wait after a try that failed, the first being 1, for a random number in 0 ..< 1.
    func delayMilliseconds(after attempt: Int, random: Double) -> Int64 {
        var bound = baseDelayMs
        for _ in 0..<attempt where bound < maxDelayMs { bound *= 2 }
        return Int64(random * min(bound, maxDelayMs))
    }
}
