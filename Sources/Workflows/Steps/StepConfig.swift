/// How a step is tried: how often, with what delays, and how long each attempt may take.
public struct StepConfig: Sendable, Hashable {
    /// How delays grow from one retry to the next.
    public enum Backoff: String, Sendable, Hashable, Codable {
        /// The same delay each time.
        case constant
        /// The delay times the number of attempts made.
        case linear
        /// Twice the delay before.
        case exponential
    }

    /// When a failed attempt is followed by another.
    public struct Retries: Sendable, Hashable {
        /// How many retries follow the first attempt, 0 to 10,000.
        public var limit: Int
        /// The delay before the first retry.
        public var delay: WorkflowDuration
        /// How the delay grows.
        public var backoff: Backoff

        /// Makes a policy.
        public init(limit: Int, delay: WorkflowDuration, backoff: Backoff = .exponential) {
            self.limit = limit
            self.delay = delay
            self.backoff = backoff
        }
    }

    /// When a failed attempt is followed by another; nil for five retries after 10, 20, 40, 80 and 160 seconds.
    public var retries: Retries?
    /// How long one attempt may take, more than zero; nil for 10 minutes.
    public var timeout: WorkflowDuration?

    /// Makes a configuration.
    public init(retries: Retries? = nil, timeout: WorkflowDuration? = nil) {
        self.retries = retries
        self.timeout = timeout
    }
}

/// A step's configuration with the defaults filled in, as it is kept from the step's first start on.
struct FrozenConfig: Sendable, Hashable, Codable {
    let limit: Int
    let delay: Int64
    let backoff: StepConfig.Backoff
    let timeout: Int64

    /// Nil when the configuration is not valid.
    init?(_ config: StepConfig, _ limits: WorkflowLimits) {
        let delay = config.retries.map(\.delay.milliseconds) ?? limits.retryDelayMilliseconds
        let timeout = config.timeout.map(\.milliseconds) ?? limits.attemptTimeoutMilliseconds
        limit = config.retries?.limit ?? limits.retries
        guard let delay, delay >= 0, let timeout, timeout > 0, 0...WorkflowLimits.mostRetries ~= limit else {
            return nil
        }
        self.delay = delay
        self.timeout = timeout
        backoff = config.retries?.backoff ?? .exponential
    }

    /// How long to wait after so many attempts, in milliseconds.
    func delay(afterAttempts attempts: Int) -> Int64 {
        let factor: Int64 =
            switch backoff {
            case .constant: 1
            case .linear: Int64(attempts)
            case .exponential: attempts > 62 ? .max : 1 << Int64(attempts - 1)
            }
        let (product, overflow) = delay.multipliedReportingOverflow(by: factor)
        return overflow ? .max / 4 : min(product, .max / 4)
    }

    /// The form a step's closure sees.
    var shown: StepConfig {
        StepConfig(
            retries: StepConfig.Retries(
                limit: limit,
                delay: WorkflowDuration(milliseconds: delay),
                backoff: backoff
            ),
            timeout: WorkflowDuration(milliseconds: timeout)
        )
    }
}
