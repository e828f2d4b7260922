internal import Foundation
internal import Measure

/// Runs the cases that the command line asks for and reports them.
@main
struct Bench {
    static func main() async {
        do {
            let options = try RunOptions(arguments: CommandLine.arguments.dropFirst())
            if try await !run(options) { exit(1) }
        } catch let failure as RunOptions.Failure {
            say("\(failure)\n\(RunOptions.usage)")
            exit(2)
        } catch {
            say("\(error)")
            exit(1)
        }
    }

    /// Runs and reports; false when a case failed.
    private static func run(_ options: RunOptions) async throws -> Bool {
        let data = URL(filePath: options.data ?? "bench-data").appending(path: "run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        defer {
            // The figures are worth reporting even if a leftover cannot be removed.
            try? FileManager.default.removeItem(at: data)
        }
        let environment = ProcessInfo.processInfo.environment
        let machine = MachineDescription.current(
            dataDirectory: data.path,
            date: Date.now.formatted(.iso8601),
            swift: SwiftVersion.installed(searchPath: environment["PATH"] ?? "")
        )
        let table = Cases.all(data: data.path, searchPath: environment["PATH"] ?? "").selecting(prefix: options.only)
        let rounds = Rounds(count: options.rounds, slice: options.slice)
        let measurements = await table.run(rounds) { say("measuring \($0)") }
        let report = ReportWriter(machine: machine, measurements: measurements)
        print(report.table(), terminator: "")
        if let json = options.json { try report.write(json: json) }
        return !measurements.contains { if case .failed = $0.outcome { true } else { false } }
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
