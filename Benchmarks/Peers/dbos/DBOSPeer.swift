internal import Foundation
public import Measure

/// DBOS's durable workflows measured on the same machine, over SQLite or a PostgreSQL of its own.
///
/// Each slice starts a process of its own, whose start-up is not in the figure.
public struct DBOSPeer: Sendable {
    /// Where a workflow's results go.
    public enum Backend: String, Sendable, CaseIterable {
        case sqlite
        case postgresql
    }

    /// What the peer says when it is missing.
    public static let missing = CaseNotRun("dbos peer not run: scripts/bench-peers has not installed it")

    private let python: URL
    private let script: URL
    private let data: URL

    /// Unpacks the script into a temporary directory.
    ///
    /// - Parameters:
    ///   - directory: Where the databases are.
    ///   - python: The interpreter of the virtual environment that `scripts/bench-peers` makes.
    /// - Throws: `missing` when there is no such interpreter.
    public init(directory: String, python: String) throws {
        guard FileManager.default.isExecutableFile(atPath: python) else { throw Self.missing }
        self.python = URL(filePath: python)
        data = URL(filePath: directory)
        script = FileManager.default.temporaryDirectory.appending(path: "dbos-peer-\(UUID().uuidString).py")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try Data(PackageResources.dbos_peer_py).write(to: script)
    }

    /// Workflows of so many steps a second, by so many callers.
    ///
    /// - Throws: `PeerError` when the process fails or prints something else than a result.
    public func slice(_ backend: Backend, steps: Int, callers: Int, for duration: Duration) throws -> SliceResult {
        let milliseconds = max(1, Int(duration / .milliseconds(1)))
        let arguments = [backend.rawValue, String(steps), String(callers), String(milliseconds), data.path]
        return try PeerResult(parsing: Program.output(of: python, [script.path] + arguments)).slice
    }

    /// Removes the script.
    public func remove() throws {
        try FileManager.default.removeItem(at: script)
    }

    /// Workflows of 1 and 10 steps by one caller, by 8 threads and with 1,000 kept started.
    public static func workflowCases(directory: String, python: String) -> [BenchmarkCase] {
        Backend.allCases.flatMap { backend in
            [(1, 1), (10, 1), (10, 8), (10, 1_000)].map { steps, callers in
                BenchmarkCase(
                    "dbos.\(backend.rawValue).\(steps)steps.\(callers)callers",
                    unit: "workflows/s",
                    note: callers > 64 ? "kept started at once" : "each caller in a thread of its own",
                    setUp: { try DBOSPeer(directory: directory, python: python) },
                    tearDown: { try $0.remove() },
                    slice: { try $0.slice(backend, steps: steps, callers: callers, for: $1) }
                )
            }
        }
    }
}
