internal import Foundation
public import Measure
internal import Synchronization

/// One INSERT for each durable transaction, on a SQLite file for each of so many objects.
public func rawSQLiteCases(directory: String) -> [BenchmarkCase] {
    [(1, 1), (64, 1), (64, 64), (1_000, 1), (1_000, 64)].map { files, threads in
        let name = threads == 1 ? "raw.sqlite.insert.\(files)" : "raw.sqlite.insert.\(files).threads"
        return BenchmarkCase(
            name,
            unit: "inserts/s",
            limit: "raw.fdatasync",
            peer: threads == 1 ? nil : .init("raw.sqlite.insert.\(files)"),
            note: "\(files) WAL files with synchronous=FULL, \(threads) threads",
            setUp: { try SQLiteFiles(name, in: directory, count: files) },
            tearDown: { try $0.remove() },
            slice: { fixture, duration in
                try await fixture.repeating(for: duration, threads: threads) { try $0.insert() }
            }
        )
    }
}

/// Opening SQLite files.
public func rawSQLiteOpenCases(directory: String) -> [BenchmarkCase] {
    [
        BenchmarkCase(
            "raw.sqlite.open",
            unit: "files/s",
            note: "opening a WAL file whose log is there and one SELECT by key, 1,000 files, without closing them",
            setUp: { try SQLiteFiles("raw.sqlite.open", in: directory, count: 1_000, rows: 100) },
            tearDown: { try $0.remove() },
            slice: { fixture, duration in try fixture.reopening() }
        )
    ]
}

/// Reading from SQLite files that are open.
public func rawSQLiteReadCases(directory: String) -> [BenchmarkCase] {
    [
        BenchmarkCase(
            "raw.sqlite.select",
            unit: "selects/s",
            note: "SELECT by key in turn on 64 open WAL files of 1,000 rows each, 1 thread",
            setUp: { try SQLiteFiles("raw.sqlite.select", in: directory, count: 64, rows: 1_000) },
            tearDown: { try $0.remove() },
            slice: { fixture, duration in
                var key = 0
                return try await fixture.repeating(for: duration, threads: 1, batch: 100) { file in
                    for _ in 0..<100 {
                        key = (key + 7) % 1_000
                        _ = try file.select(key + 1)
                    }
                }
            }
        )
    ]
}

/// Files that are open.
private final class SQLiteFiles: Sendable {
    private let scratch: ScratchDirectory
    private let files: Mutex<[RawSQLite]>

    init(_ name: String, in directory: String, count: Int, rows: Int = 1) throws {
        scratch = try ScratchDirectory(name, in: directory)
        let path = scratch.path
        files = Mutex(
            try (0..<count).map { number in
                let file = try RawSQLite(path: "\(path)/\(number)")
                try file.makeTable()
                try file.fill(rows: rows)
                return file
            }
        )
    }

    func remove() throws {
        files.withLock { $0.forEach { $0.close() } }
        try scratch.remove()
    }

    /// Closes all files, then opens each and reads from it; only the latter is timed.
    func reopening() throws -> SliceResult {
        try files.withLock { files in
            for file in files { file.close() }
            let start = ContinuousClock.now
            for number in files.indices {
                files[number] = try RawSQLite(path: "\(scratch.path)/\(number)")
                _ = try files[number].select(1)
            }
            return SliceResult(operations: files.count, elapsed: .now - start)
        }
    }

    /// Lets so many threads repeat an operation, each in turn on the files that are its own.
    func repeating(
        for duration: Duration,
        threads: Int,
        batch: Int = 1,
        _ operation: @escaping (RawSQLite) throws -> Void
    ) async throws -> SliceResult {
        let all = files.withLock { $0 }
        // Safe because an operation that keeps something runs on one thread only.
        nonisolated(unsafe) let operation = operation
        return try await withThrowingTaskGroup(of: SliceResult.self) { group in
            let start = ContinuousClock.now
            for thread in 0..<threads {
                let own = stride(from: thread, to: all.count, by: threads).map { all[$0] }
                group.addTask {
                    try await onThread {
                        var turn = 0
                        return try TimedLoop.run(for: duration, weight: batch) {
                            unsafe try operation(own[turn % own.count])
                            turn += 1
                        }
                    }
                }
            }
            return try await group.together(since: start)
        }
    }
}

/// Runs what blocks on a thread of its own.
private func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
