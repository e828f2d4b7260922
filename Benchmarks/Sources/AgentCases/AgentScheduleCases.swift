internal import Foundation
public import Measure

/// Schedules of one agent: set one by one, and fired together.
public func agentScheduleCases(directory: String) -> [BenchmarkCase] {
    [
        BenchmarkCase(
            "agents.schedules.set",
            unit: "schedules/s",
            peer: "objects.put.overwrite.64",
            note: "64 callers of one agent, each answered once its schedule is durable; those set before stay",
            setUp: { try await BoardHost("set", in: directory) },
            tearDown: { $0.remove() },
            slice: { host, duration in
                try await TimedLoop.run(for: duration, callers: 64) { _, _ in try await host.board.remind() }
            }
        ),
        BenchmarkCase(
            "agents.schedules.fired",
            unit: "schedules/s",
            peer: "objects.put.overwrite.64",
            note: "\(FiredFixture.count) one-shot schedules of one agent, due at once; from the first to the last",
            setUp: { try await FiredFixture(directory) },
            tearDown: { $0.host.remove() },
            slice: { fixture, _ in try await fixture.run() }
        ),
    ]
}

/// An agent whose schedules are all due together, and when the first and the last of them have fired.
private final class FiredFixture: Sendable {
    static let count = 2_000
    /// Time enough to make them all.
    private static let leadMilliseconds: Int64 = 3_000

    let host: BoardHost
    private let firings: AsyncStream<ContinuousClock.Instant>

    init(_ directory: String) async throws {
        let (firings, noted) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        self.firings = firings
        host = try await BoardHost("fired", in: directory) { left in
            if left == 0 || left == Self.count - 1 { noted.yield(.now) }
        }
    }

    func run() async throws -> SliceResult {
        let due = Int64(Date().timeIntervalSince1970 * 1000) + Self.leadMilliseconds
        try await host.board.remind(Self.count, at: due)
        if Int64(Date().timeIntervalSince1970 * 1000) >= due {
            throw CaseNotRun("schedules came due while they were made")
        }
        var times = firings.makeAsyncIterator()
        guard let first = await times.next(), let last = await times.next() else { throw CancellationError() }
        return SliceResult(operations: Self.count - 1, elapsed: last - first)
    }
}
