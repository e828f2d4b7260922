/// How often and when an alarm is tried again whose handler failed; the numbers are those of Durable Objects.
package struct AlarmRetry: Sendable {
    /// After how many retries an alarm is given up.
    package static let maximumRetries = 6
    /// The first delay; each further one is twice as long.
    package static let firstDelayMilliseconds: Int64 = 2000
    /// How much longer a delay may be by chance.
    package static let jitter = 0.25

    package private(set) var failures = 0

    package init() {}

    /// Notes a failure: how long to wait before the next try, or nil to give up.
    package mutating func failed(random: Double) -> Int64? {
        guard failures < Self.maximumRetries else { return nil }
        let delay = Self.firstDelayMilliseconds << failures
        failures += 1
        return delay + Int64(Double(delay) * Self.jitter * random)
    }
}
