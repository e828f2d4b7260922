/// What one slice of one case gave.
public struct SliceResult: Sendable, Equatable {
    /// The slice's figure in its case's unit.
    public let value: Double
    /// Operations performed in the slice.
    public let count: Int
    /// Latencies seen in the slice, when the case measured them.
    public let latency: LatencyHistogram?
    /// What a reader has to know to interpret the value, if anything.
    public let note: String?

    /// Creates a result whose value is a rate: operations per second of elapsed time, and 0 when no time passed.
    public init(operations: Int, elapsed: Duration, latency: LatencyHistogram? = nil, note: String? = nil) {
        let seconds = elapsed / .seconds(1)
        self.init(
            value: seconds > 0 ? Double(operations) / seconds : 0,
            count: operations,
            latency: latency,
            note: note
        )
    }

    /// Creates a result whose value is any other quantity, such as bytes per object.
    public init(value: Double, count: Int, latency: LatencyHistogram? = nil, note: String? = nil) {
        self.value = value
        self.count = count
        self.latency = latency
        self.note = note
    }
}
