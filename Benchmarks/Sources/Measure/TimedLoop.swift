/// Repeats an operation until a slice's time is up, and times a sample of the repetitions.
///
/// The clock is read at the samples only, so `sampleEvery` above 1 keeps the reading (some 30 ns) out of fast
/// operations. A slice therefore ends at the first sample after its time is up.
public enum TimedLoop {
    /// Repeats a synchronous operation on the calling thread.
    ///
    /// - Parameters:
    ///   - duration: How long to repeat.
    ///   - sampleEvery: Times one repetition out of so many; at least 1.
    ///   - weight: How many operations one repetition counts for; latencies stay those of whole repetitions.
    ///   - operation: One repetition.
    /// - Returns: The rate and the sampled latencies.
    /// - Throws: What the operation throws.
    public static func run(
        for duration: Duration,
        sampleEvery: Int = 1,
        weight: Int = 1,
        _ operation: () throws -> Void
    ) rethrows -> SliceResult {
        var latency = LatencyHistogram()
        var repetitions = 0
        let start = ContinuousClock.now
        let end = start + duration
        var now = start
        while now < end {
            for _ in 1..<max(1, sampleEvery) { try operation() }
            let before = sampleEvery > 1 ? ContinuousClock.now : now
            try operation()
            now = .now
            latency.record(now - before)
            repetitions += max(1, sampleEvery)
        }
        return SliceResult(operations: repetitions * weight, elapsed: now - start, latency: latency)
    }

    /// Repeats an asynchronous operation in the caller's isolation, one repetition at a time.
    ///
    /// - Parameters:
    ///   - duration: How long to repeat.
    ///   - sampleEvery: Times one repetition out of so many; at least 1.
    ///   - weight: How many operations one repetition counts for; latencies stay those of whole repetitions.
    ///   - operation: One repetition.
    /// - Returns: The rate and the sampled latencies.
    /// - Throws: What the operation throws.
    public static func run(
        for duration: Duration,
        sampleEvery: Int = 1,
        weight: Int = 1,
        _ operation: () async throws -> Void
    ) async rethrows -> SliceResult {
        var latency = LatencyHistogram()
        var repetitions = 0
        let start = ContinuousClock.now
        let end = start + duration
        var now = start
        while now < end {
            for _ in 1..<max(1, sampleEvery) { try await operation() }
            let before = sampleEvery > 1 ? ContinuousClock.now : now
            try await operation()
            now = .now
            latency.record(now - before)
            repetitions += max(1, sampleEvery)
        }
        return SliceResult(operations: repetitions * weight, elapsed: now - start, latency: latency)
    }

    /// Lets several callers, each a task of its own, repeat an operation at the same time.
    ///
    /// - Parameters:
    ///   - duration: How long to repeat.
    ///   - callers: How many tasks repeat the operation.
    ///   - sampleEvery: Times one repetition out of so many of each caller; at least 1.
    ///   - operation: One repetition, given the caller's number from 0 and the repetition's number from 0.
    /// - Returns: The rate of all callers together, over the time until the last has ended, and their latencies.
    /// - Throws: The first error an operation throws, after the other callers have ended.
    @concurrent
    public static func run(
        for duration: Duration,
        callers: Int,
        sampleEvery: Int = 1,
        _ operation: @escaping @Sendable (_ caller: Int, _ repetition: Int) async throws -> Void
    ) async throws -> SliceResult {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: SliceResult.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var repetition = 0
                    return try await run(for: duration, sampleEvery: sampleEvery) {
                        try await operation(caller, repetition)
                        repetition += 1
                    }
                }
            }
            return try await group.together(since: start)
        }
    }
}
