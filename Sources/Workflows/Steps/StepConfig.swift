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

    /// What logs, statuses and subscriptions do not show.
    public enum Sensitivity: String, Sendable, Hashable, Codable {
        /// What the step returns; errors are shown.
        case output
    }

    /// When a failed attempt is followed by another.
    public struct Retries: Sendable, Hashable {
        /// How many retries follow the first attempt, 0 to 10,000.
        public var limit: Int
        /// The delay before the first retry; nil where a function gives it.
        public var delay: WorkflowDuration?
        /// How the delay grows.
        public var backoff: Backoff
        let function: RetryDelayFunction?

        /// Makes a policy.
        public init(limit: Int, delay: WorkflowDuration, backoff: Backoff = .exponential) {
            self.init(limit: limit, delay: delay, backoff: backoff, function: nil)
        }

        /// Makes a policy whose delay is asked for after each failed attempt; the backoff is applied to the answer.
        ///
        /// The function has five seconds. When it throws, is late or gives no valid delay, the step fails at once with
        /// `NonRetryableDelayError`.
        public init(
            limit: Int,
            backoff: Backoff = .exponential,
            delay: @escaping @Sendable (RetryDelayContext) async throws -> WorkflowDuration
        ) {
            self.init(limit: limit, delay: nil, backoff: backoff, function: RetryDelayFunction(call: delay))
        }

        init(limit: Int, delay: WorkflowDuration?, backoff: Backoff, function: RetryDelayFunction?) {
            self.limit = limit
            self.delay = delay
            self.backoff = backoff
            self.function = function
        }
    }

    /// When a failed attempt is followed by another; nil for five retries after 10, 20, 40, 80 and 160 seconds.
    public var retries: Retries?
    /// How long one attempt may take, more than zero; nil for 10 minutes.
    public var timeout: WorkflowDuration?
    /// What is not shown outside the workflow.
    public var sensitive: Sensitivity?

    /// Makes a configuration.
    public init(retries: Retries? = nil, timeout: WorkflowDuration? = nil, sensitive: Sensitivity? = nil) {
        self.retries = retries
        self.timeout = timeout
        self.sensitive = sensitive
    }
}

/// What a function that gives a retry's delay is told.
public struct RetryDelayContext: Sendable {
    /// The attempt that failed.
    public let ctx: WorkflowStepContext
    /// How it failed.
    public let error: WorkflowError
}

/// A function that gives a retry's delay, equal to itself alone.
final class RetryDelayFunction: Sendable, Hashable {
    let call: @Sendable (RetryDelayContext) async throws -> WorkflowDuration

    init(call: @escaping @Sendable (RetryDelayContext) async throws -> WorkflowDuration) { self.call = call }

    static func == (one: RetryDelayFunction, other: RetryDelayFunction) -> Bool { one === other }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
