/// Where the time comes from: the only source of it in the whole package.
///
/// Production reads the machine's clocks; a test supplies a virtual clock that moves only when the test says so.
public protocol WorldClock: Sendable {
    /// Wall-clock time in milliseconds since 1970-01-01T00:00:00Z; may jump when the machine's clock is set.
    var nowMilliseconds: Int64 { get }

    /// Nanoseconds on a clock that never goes back; its zero has no meaning.
    var uptimeNanoseconds: UInt64 { get }

    /// The same clock, some milliseconds behind, for where an exact reading would cost more than it is worth.
    var coarseUptimeNanoseconds: UInt64 { get }
}

extension WorldClock {
    /// The exact time.
    public var coarseUptimeNanoseconds: UInt64 { uptimeNanoseconds }
}
