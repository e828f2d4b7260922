internal import CProcess
internal import Distributed
internal import DurableActors
public import Measure
internal import RawLimits

/// One INSERT for each durable call, beside a SQLite file for each object.
public func sqlWriteCases(directory: String) -> [BenchmarkCase] {
    [1, 64, 1_000].map { callers in
        BenchmarkCase(
            "objects.sql.insert.\(callers)",
            unit: "calls/s",
            limit: "raw.fdatasync",
            peer: .init("raw.sqlite.insert.\(callers)" + (callers == 1 ? "" : ".threads")),
            note: "each of \(callers) callers inserts rows into the database of its own object, one for each call",
            setUp: { try await SQLFixture("sql-insert-\(callers)", in: directory, objects: callers) },
            tearDown: { try $0.host.remove() },
            slice: { fixture, duration in
                try await fixture.host.repeating(for: duration, callers: callers, weight: 1) { caller, _ in
                    try await fixture.stubs[caller].insert()
                }
            }
        )
    }
}

/// Opening objects' databases.
public func sqlOpenCases(directory: String) -> [BenchmarkCase] {
    [
        BenchmarkCase(
            "objects.sql.open",
            unit: "objects/s",
            peer: "raw.sqlite.open",
            note:
                "the first call, after an eviction, of each of 1,000 objects opens its database and selects by key; 1 caller",
            setUp: {
                var limits = HostLimits()
                limits.idleNanoseconds = 300_000_000
                return try await SQLFixture("sql-open", in: directory, objects: 1_000, rows: 100, limits: limits)
            },
            tearDown: { try $0.host.remove() },
            slice: { fixture, _ in try await fixture.openingAll() }
        )
    ]
}

/// Reading from objects' open databases, and what those take in memory and on disk.
public func sqlReadCases(directory: String) -> [BenchmarkCase] {
    [
        BenchmarkCase(
            "objects.sql.select",
            unit: "selects/s",
            peer: "raw.sqlite.select",
            note: "SELECT by key, 100 for each call, in turn on 64 objects of 1,000 rows each; 1 caller",
            setUp: { try await SQLFixture("sql-select", in: directory, objects: 64, rows: 1_000) },
            tearDown: { try $0.host.remove() },
            slice: { fixture, duration in
                try await fixture.host.repeating(for: duration, callers: 1, weight: 100) { _, turn in
                    guard try await fixture.stubs[turn % 64].select(100, from: turn) == 10_000 else {
                        throw CaseNotRun("a row is missing")
                    }
                }
            }
        ),
        BenchmarkCase(
            "objects.sql.heap",
            unit: "bytes/database",
            note: "heap in use by 1,000 open databases with a table of 100 rows, above that of their objects",
            slice: { _ in try await openHeap(directory) }
        ),
        BenchmarkCase(
            "objects.sql.space",
            unit: "bytes/byte",
            note: "used pages of LMDB over the sizes of 16 databases of 10,000 rows each",
            slice: { _ in try await space(directory) }
        ),
    ]
}

/// Objects with a table each.
private struct SQLFixture: Sendable {
    let host: Host
    let stubs: [SQLSubject]

    init(
        _ name: String,
        in directory: String,
        objects: Int,
        rows: Int = 1,
        limits: HostLimits = HostLimits()
    ) async throws {
        var namespace: DurableObjectNamespace<SQLSubject>?
        host = try Host(name, in: directory, limits: limits) { runtime in
            namespace = try runtime.register(
                SQLSubject.self,
                binding: "SQL",
                uniqueKey: "sql",
                environment: Subject.Env()
            )
        }
        guard let subjects = namespace else { throw CaseNotRun("the class was not registered") }
        let stubs = (0..<objects).map { subjects.getByName("o\($0)") }
        self.stubs = stubs
        try await host.once(callers: min(objects, 64)) { caller in
            for place in stride(from: caller, to: objects, by: 64) { try await stubs[place].fill(rows) }
        }
    }

    /// Lets all objects leave memory, then has each read a row.
    func openingAll() async throws -> SliceResult {
        try await Task.sleep(for: .seconds(2))
        let stubs = stubs
        let start = ContinuousClock.now
        try await host.once(callers: 1) { _ in
            for stub in stubs {
                guard try await stub.firstSelect() == 100 else { throw CaseNotRun("an object had not left memory") }
            }
        }
        return SliceResult(operations: stubs.count, elapsed: .now - start)
    }
}

private func openHeap(_ directory: String) async throws -> SliceResult {
    var limits = HostLimits()
    limits.idleNanoseconds = 3_000_000_000
    let fixture = try await SQLFixture("sql-heap", in: directory, objects: 1_000, rows: 100, limits: limits)
    try await Task.sleep(for: .seconds(8))
    // From its second call on an object keeps a task, which is no part of its database.
    for stub in fixture.stubs { for _ in 0..<2 { try await stub.wake() } }
    let before = memory_in_use()
    for stub in fixture.stubs { _ = try await stub.firstSelect() }
    let after = memory_in_use()
    try fixture.host.remove()
    return SliceResult(value: Double(after - before) / 1_000, count: 1_000)
}

private func space(_ directory: String) async throws -> SliceResult {
    let fixture = try await SQLFixture("sql-space", in: directory, objects: 16, rows: 10_000)
    var bytes = 0
    for stub in fixture.stubs { bytes += try await stub.size() }
    fixture.host.runtime.shutdown()
    let used = try LMDBSpace.usedBytes(in: fixture.host.path, tables: ["meta", "directory", "rows", "alarms"])
    try fixture.host.removeData()
    return SliceResult(value: Double(used) / Double(bytes), count: bytes / 4096)
}
