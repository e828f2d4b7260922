extension SliceResult {
    /// Puts slices that ran at the same time together: their operations over the time of all, and the latencies of each.
    public init(together slices: [SliceResult], elapsed: Duration) {
        self.init(
            operations: slices.reduce(0) { $0 + $1.count },
            elapsed: elapsed,
            latency: LatencyHistogram(merging: slices.lazy.compactMap(\.latency))
        )
    }
}

extension ThrowingTaskGroup<SliceResult, any Error> {
    /// Waits for all slices, which began at `start`, and puts them together.
    public mutating func together(since start: ContinuousClock.Instant) async throws -> SliceResult {
        var slices: [SliceResult] = []
        for try await slice in self { slices.append(slice) }
        return SliceResult(together: slices, elapsed: .now - start)
    }
}
