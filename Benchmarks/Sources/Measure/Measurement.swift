/// One case as measured: the median of its rounds with the spread beside it.
public struct Measurement: Sendable, Equatable {
    /// The case's name, which other cases use to refer to it.
    public let name: String
    /// What `value`, `minimum` and `maximum` count, such as `commits/s`.
    public let unit: String
    /// What became of the case.
    public let outcome: Outcome
    /// The physical or library limit this case cannot pass, when one was measured in the same run.
    public var limit: Reference?
    /// The comparable system, when one was measured in the same run.
    public var peer: Reference?
    /// What a reader has to know to interpret the value, in order of first appearance and without repetition.
    public let notes: [String]

    /// Creates a measurement from its parts.
    public init(
        name: String,
        unit: String,
        outcome: Outcome,
        limit: Reference? = nil,
        peer: Reference? = nil,
        notes: [String] = []
    ) {
        self.name = name
        self.unit = unit
        self.outcome = outcome
        self.limit = limit
        self.peer = peer
        self.notes = notes
    }

    /// The median over rounds, or nil when the case gave no figure.
    public var value: Double? {
        switch outcome {
        case .measured(let figures): figures.median
        case .notRun, .failed: nil
        }
    }
}

extension Measurement {
    /// What became of a case.
    public enum Outcome: Sendable, Equatable {
        /// Every round gave a figure.
        case measured(Figures)
        /// The case could not be run on this machine; the text is a whole sentence without its full stop.
        case notRun(String)
        /// The case threw; the text describes the error.
        case failed(String)
    }

    /// The figures of one case over all its rounds.
    public struct Figures: Sendable, Equatable {
        /// The median of the rounds' values; the mean of the middle two when the number of rounds is even.
        public let median: Double
        /// The lowest round's value.
        public let minimum: Double
        /// The highest round's value.
        public let maximum: Double
        /// How many rounds gave a value.
        public let rounds: Int
        /// Operations performed over all rounds.
        public let count: Int
        /// The median latency over all rounds in nanoseconds, when the case measured latency.
        public let p50Nanoseconds: UInt64?
        /// The 99th percentile latency over all rounds in nanoseconds, when the case measured latency.
        public let p99Nanoseconds: UInt64?

        /// Sums up the slices of one case, or gives nil when there are none.
        public init?(slices: [SliceResult]) {
            let ordered = slices.map(\.value).sorted()
            guard let lowest = ordered.first, let highest = ordered.last else { return nil }
            let middle = ordered.count / 2
            median = ordered.count.isMultiple(of: 2) ? (ordered[middle - 1] + ordered[middle]) / 2 : ordered[middle]
            minimum = lowest
            maximum = highest
            rounds = ordered.count
            count = slices.reduce(0) { $0 + $1.count }
            let merged = LatencyHistogram(merging: slices.lazy.compactMap(\.latency))
            p50Nanoseconds = merged.quantile(0.5)
            p99Nanoseconds = merged.quantile(0.99)
        }
    }

    /// Another case's figure, put beside this one's.
    public struct Reference: Sendable, Equatable, Codable {
        /// The name of the case referred to.
        public let name: String
        /// That case's median, already multiplied by the scale the referring case gave.
        public let value: Double
        /// This case's median divided by `value`: 1 is parity, 2 is twice the reference.
        public let ratio: Double

        /// Creates a reference from its parts.
        public init(name: String, value: Double, ratio: Double) {
            self.name = name
            self.value = value
            self.ratio = ratio
        }
    }
}
