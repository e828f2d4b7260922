internal import DurableActors

/// A step's configuration with the defaults filled in, as it is kept from the step's first start on.
struct FrozenConfig: Sendable, Hashable, Codable {
    let limit: Int
    /// In milliseconds; nil where a function gives it.
    let delay: Int64?
    let backoff: StepConfig.Backoff
    let timeout: Int64
    let isSensitive: Bool?

    /// Nil when the configuration is not valid.
    init?(_ config: StepConfig, _ limits: WorkflowLimits) {
        let isDynamic = config.retries?.function != nil
        let delay = config.retries.map { $0.delay?.milliseconds } ?? limits.retryDelayMilliseconds
        let timeout = config.timeout.map(\.milliseconds) ?? limits.attemptTimeoutMilliseconds
        limit = config.retries?.limit ?? limits.retries
        guard isDynamic || (delay ?? -1) >= 0, let timeout, timeout > 0, 0...WorkflowLimits.mostRetries ~= limit
        else { return nil }
        self.delay = isDynamic ? nil : delay
        self.timeout = timeout
        backoff = config.retries?.backoff ?? .exponential
        isSensitive = config.sensitive == nil ? nil : true
    }

    /// How long to wait after so many attempts, in milliseconds.
    func delay(afterAttempts attempts: Int, base: Int64) -> Int64 {
        let factor: Int64 =
            switch backoff {
            case .constant: 1
            case .linear: Int64(attempts)
            case .exponential: attempts > 62 ? .max : 1 << Int64(attempts - 1)
            }
        let (product, overflow) = base.multipliedReportingOverflow(by: factor)
        return overflow ? .max / 4 : min(product, .max / 4)
    }

    /// The form a step's closure sees.
    var shown: StepConfig {
        StepConfig(
            retries: StepConfig.Retries(
                limit: limit,
                delay: delay.map { WorkflowDuration(milliseconds: $0) },
                backoff: backoff,
                function: nil
            ),
            timeout: WorkflowDuration(milliseconds: timeout),
            sensitive: isSensitive == true ? .output : nil
        )
    }

    /// The form logs show.
    var json: JSONValue {
        [
            "retries": [
                "limit": .integer(Int64(limit)), "delay": delay.map { .integer($0) } ?? "[dynamic]",
                "backoff": .string(backoff.rawValue),
            ],
            "timeout": .integer(timeout),
        ]
    }
}
