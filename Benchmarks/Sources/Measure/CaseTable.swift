/// The cases of a benchmark in groups; the cases of one group take turns, the groups run one after the other.
///
/// Put cases whose figures are compared into one group, so that what else the machine does meets them alike.
public struct CaseTable: Sendable {
    /// Cases that take turns.
    public struct Group: Sendable {
        /// What the group is about, for progress messages.
        public let title: String
        /// The cases in the order they are reported.
        public var cases: [BenchmarkCase]
    }

    /// The groups in the order they run.
    public private(set) var groups: [Group] = []

    /// Creates an empty table.
    public init() {}

    /// Adds cases to the group of the given title, which is created at the end of the table when it is new.
    public mutating func add(_ cases: [BenchmarkCase], to title: String) {
        if let index = groups.firstIndex(where: { $0.title == title }) {
            groups[index].cases += cases
        } else {
            groups.append(Group(title: title, cases: cases))
        }
    }

    /// The table cut down to the cases whose names begin with the prefix and the cases they stand beside.
    public func selecting(prefix: String) -> CaseTable {
        let all = groups.flatMap(\.cases)
        var wanted = Set(all.lazy.map(\.name).filter { $0.hasPrefix(prefix) })
        var unvisited = wanted
        while !unvisited.isEmpty {
            let referred = all.filter { unvisited.contains($0.name) }
                .flatMap { [$0.limit?.name, $0.peer?.name].compactMap(\.self) }
            unvisited = Set(referred).subtracting(wanted)
            wanted.formUnion(unvisited)
        }
        var selected = CaseTable()
        selected.groups = groups.compactMap { group in
            let kept = group.cases.filter { wanted.contains($0.name) }
            return kept.isEmpty ? nil : Group(title: group.title, cases: kept)
        }
        return selected
    }

    /// Runs every group and puts the limits and peers beside the figures.
    ///
    /// A case that throws is reported as failed and does not keep the others from running.
    public func run(_ rounds: Rounds, progress: @Sendable (String) -> Void = { _ in }) async -> [Measurement] {
        var measurements: [Measurement] = []
        for group in groups {
            progress(group.title)
            measurements += await rounds.run(group.cases)
        }
        return comparing(measurements)
    }

    /// Puts beside each measurement the limit and the peer its case names, where those gave a positive figure.
    public func comparing(_ measurements: [Measurement]) -> [Measurement] {
        let values = Dictionary(
            measurements.compactMap { measurement in measurement.value.map { (measurement.name, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
        let cases = Dictionary(
            groups.flatMap(\.cases).map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        func reference(_ beside: BenchmarkCase.Beside?, for value: Double) -> Measurement.Reference? {
            guard let beside, let found = values[beside.name], found * beside.scale > 0 else { return nil }
            let scaled = found * beside.scale
            return Measurement.Reference(name: beside.name, value: scaled, ratio: value / scaled)
        }
        return measurements.map { measurement in
            guard let value = measurement.value, let named = cases[measurement.name] else { return measurement }
            var compared = measurement
            compared.limit = reference(named.limit, for: value)
            compared.peer = reference(named.peer, for: value)
            return compared
        }
    }
}
