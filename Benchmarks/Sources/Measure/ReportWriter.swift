/// Writes a run's measurements as a table for people.
public struct ReportWriter: Sendable {
    let machine: MachineDescription
    let measurements: [Measurement]

    /// Creates a writer for one run.
    public init(machine: MachineDescription, measurements: [Measurement]) {
        self.machine = machine
        self.measurements = measurements
    }

    /// The machine, one line per measured case, the cases that gave no figure, and the notes.
    public func table() -> String {
        var rows = [["case", "median", "unit", "min..max", "p50", "p99", "of limit", "of peer"]]
        rows += measurements.compactMap(Self.row)
        let lines = [header, Self.aligned(rows), without, notes].flatMap(\.self)
        return lines.map { $0 + "\n" }.joined()
    }

    private var header: [String] {
        [
            "\(machine.date)  \(machine.swift)",
            "\(machine.cores) cores, \(machine.cpu), \(FigureText.plain(Double(machine.memoryMiB))) MiB, "
                + "Linux \(machine.kernel), data on \(machine.dataFileSystem)",
            "",
        ]
    }

    private var without: [String] {
        var lines: [String] = []
        for measurement in measurements {
            let line: String
            switch measurement.outcome {
            case .measured: continue
            case .notRun(let reason): line = reason
            case .failed(let error): line = "\(measurement.name) failed: \(error)"
            }
            if !lines.contains(line) { lines.append(line) }
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    private var notes: [String] {
        let noted = measurements.filter { $0.value != nil && !$0.notes.isEmpty }
        return noted.isEmpty ? [] : [""] + noted.map { "\($0.name): \($0.notes.joined(separator: "; "))" }
    }

    private static func row(_ measurement: Measurement) -> [String]? {
        guard case .measured(let figures) = measurement.outcome else { return nil }
        func beside(_ reference: Measurement.Reference?) -> String {
            reference.map { "\(FigureText.ratio($0.ratio)) \($0.name)" } ?? ""
        }
        return [
            measurement.name,
            FigureText.plain(figures.median),
            measurement.unit,
            FigureText.plain(figures.minimum) + ".." + FigureText.plain(figures.maximum),
            figures.p50Nanoseconds.map(FigureText.duration) ?? "",
            figures.p99Nanoseconds.map(FigureText.duration) ?? "",
            beside(measurement.limit),
            beside(measurement.peer),
        ]
    }

    /// Pads columns to equal width: the figures' to the left, the others' to the right.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let figureColumns: Set = [1, 4, 5]
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return figureColumns.contains(column) ? padding + cell.0 : cell.0 + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
        }
    }
}
