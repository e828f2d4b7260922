internal import FoundationEssentials

extension ReportWriter {
    /// A JSON array with one object per case, each complete in itself: figures, references, notes and the machine.
    ///
    /// A case without figures has `notRun` or `failed` in place of `value`, `min`, `max`, `rounds` and `count`.
    /// Latencies are in microseconds.
    ///
    /// - Throws: `EncodingError` when a figure is not finite.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(measurements.map { Record($0, on: machine) })) + [UInt8(ascii: "\n")]
    }

    /// Writes the JSON array to a file, replacing what is there in one step.
    ///
    /// - Parameter path: The file to write.
    /// - Throws: `EncodingError`, or what the file system reports.
    public func write(json path: String) throws {
        try Data(json()).write(to: URL(filePath: path), options: .atomic)
    }
}

/// One case as an object of the JSON array.
private struct Record: Encodable {
    let name: String
    let unit: String
    let value: Double?
    let min: Double?
    let max: Double?
    let rounds: Int?
    let count: Int?
    let p50Microseconds: Double?
    let p99Microseconds: Double?
    let limit: Measurement.Reference?
    let peer: Measurement.Reference?
    let notRun: String?
    let failed: String?
    let notes: [String]
    let machine: MachineDescription

    init(_ measurement: Measurement, on machine: MachineDescription) {
        var figures: Measurement.Figures?
        var notRun: String?
        var failed: String?
        switch measurement.outcome {
        case .measured(let measured): figures = measured
        case .notRun(let reason): notRun = reason
        case .failed(let error): failed = error
        }
        name = measurement.name
        unit = measurement.unit
        value = figures?.median
        min = figures?.minimum
        max = figures?.maximum
        rounds = figures?.rounds
        count = figures?.count
        p50Microseconds = figures?.p50Nanoseconds.map { Double($0) / 1_000 }
        p99Microseconds = figures?.p99Nanoseconds.map { Double($0) / 1_000 }
        limit = measurement.limit
        peer = measurement.peer
        self.notRun = notRun
        self.failed = failed
        notes = measurement.notes
        self.machine = machine
    }
}
