/// Counts and times the repetitions of a loop that a caller writes itself: `while laps.begin() { … }`.
///
/// The loop so calls nothing asynchronous but what it repeats, and the clock is read for a sample of the repetitions
/// only. It ends at the first sample after its time is up.
public struct Laps {
    /// The number of the repetition that runs, from 0.
    public private(set) var number = -1
    private let sampleEvery: Int
    private let start = ContinuousClock.now
    private let duration: Duration
    /// When the repetition began that runs, if it is timed.
    private var began: ContinuousClock.Instant?
    private var ended: ContinuousClock.Instant
    private var latency = LatencyHistogram()

    /// Begins the time; one repetition out of so many is timed, at least 1.
    public init(for duration: Duration, sampleEvery: Int = 1) {
        self.duration = duration
        self.sampleEvery = max(1, sampleEvery)
        ended = start
    }

    /// Ends the repetition that runs, and begins the next one; false when the time is up.
    public mutating func begin() -> Bool {
        var now: ContinuousClock.Instant?
        if let began = began.take() {
            let end = ContinuousClock.now
            latency.record(end - began)
            if end - start >= duration {
                ended = end
                return false
            }
            now = end
        }
        number += 1
        if (number + 1) % sampleEvery == 0 { began = now ?? .now }
        return true
    }

    /// What the loop gave, once it has ended.
    public func result(weight: Int = 1) -> SliceResult {
        SliceResult(operations: (number + 1) * weight, elapsed: ended - start, latency: latency)
    }
}
