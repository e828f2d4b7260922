/// Runs cases in turns: one slice of each case per round, so that a slow spell of the machine meets all alike.
///
/// Every second round goes through the cases backwards, so that no case always follows the same neighbour.
public struct Rounds: Sendable, Equatable {
    /// How many slices each case gets; at least 1.
    public let count: Int
    /// How long each slice is asked to last.
    public let slice: Duration

    /// Creates a runner; a count below 1 counts as 1.
    public init(count: Int, slice: Duration) {
        self.count = max(1, count)
        self.slice = slice
    }

    /// Sets all cases up, runs their slices in turns, tears them down, and sums them up in the cases' order.
    @concurrent
    public func run(_ cases: [BenchmarkCase]) async -> [Measurement] {
        var running: [Running] = []
        for each in cases { running.append(await Running(each)) }
        for round in 0..<count {
            let order = round.isMultiple(of: 2) ? Array(running.indices) : running.indices.reversed()
            for index in order { await running[index].run(slice) }
        }
        for index in running.indices { await running[index].tearDown() }
        return running.map(\.measurement)
    }
}

/// One case while it runs.
private struct Running {
    private let benchmark: BenchmarkCase
    private var prepared: BenchmarkCase.Prepared?
    private var slices: [SliceResult] = []
    private var ended: Measurement.Outcome?

    init(_ benchmark: BenchmarkCase) async {
        self.benchmark = benchmark
        do {
            prepared = try await benchmark.prepare()
        } catch {
            ended = Self.outcome(of: error)
        }
    }

    mutating func run(_ duration: Duration) async {
        guard ended == nil, let prepared else { return }
        do {
            slices.append(try await prepared.slice(duration))
        } catch {
            ended = Self.outcome(of: error)
        }
    }

    mutating func tearDown() async {
        do {
            try await prepared?.tearDown()
        } catch {
            ended = ended ?? Self.outcome(of: error)
        }
        prepared = nil
    }

    var measurement: Measurement {
        var notes: [String] = []
        for note in [benchmark.note] + slices.map(\.note) {
            if let note, !notes.contains(note) { notes.append(note) }
        }
        let figures = Measurement.Figures(slices: slices).map(Measurement.Outcome.measured)
        return Measurement(
            name: benchmark.name,
            unit: benchmark.unit,
            outcome: ended ?? figures ?? .failed("no round gave a figure"),
            notes: notes
        )
    }

    private static func outcome(of error: any Error) -> Measurement.Outcome {
        if let reason = error as? CaseNotRun { .notRun(reason.description) } else { .failed(String(describing: error)) }
    }
}
