/// How often and when an alarm is tried again whose run failed; the numbers are those of Durable Objects.
///
/// A failure that counts is the handler's or its object's own; after six retries for such the alarm is given up. One
/// that does not count is the host's (a disk that takes no writes): it is tried again for ever, ever more slowly.
package struct AlarmRetry: Sendable {
    /// After how many counted retries an alarm is given up.
    package static let maximumRetries = 6
    /// The first delay; each further one is twice as long.
    package static let firstDelayMilliseconds: Int64 = 2000
    /// How often the delay is doubled at most: to 1,024 seconds.
    package static let maximumExponent = 9
    /// How much longer a delay may be by chance.
    package static let jitter = 0.25

    /// How many retries were counted: what a handler is told.
    package private(set) var counted = 0
    private var exponent = 0
    private var lastWasCounted = true

    package init() {}

    /// Notes a failure: how long to wait before the next try, or nil to give up.
    ///
    /// `random` is from 0 to 1. The first counted failure after others begins with the shortest delay again.
    package mutating func failed(isCounted: Bool, random: Double) -> Int64? {
        if isCounted {
            guard counted < Self.maximumRetries else { return nil }
            counted += 1
            if !lastWasCounted { exponent = 0 }
        }
        lastWasCounted = isCounted
        let delay = Self.firstDelayMilliseconds << exponent
        exponent = min(exponent + 1, Self.maximumExponent)
        return delay + Int64(Double(delay) * Self.jitter * random)
    }
}
