internal import Distributed
internal import DurableActors
internal import Foundation
public import Measure

/// What it costs to bring objects into memory and to keep them there.
public func objectLifeCases(directory: String) -> [BenchmarkCase] {
    [
        BenchmarkCase(
            "objects.activate.cold",
            unit: "objects/s",
            note: "the first call, after an eviction, of each of 20,000 objects reads its stored key; 16 callers",
            setUp: { try await ColdFixture(directory: directory) },
            tearDown: { try $0.host.remove() },
            slice: { fixture, _ in try await fixture.slice() }
        ),
        BenchmarkCase(
            "objects.memory.idle",
            unit: "bytes/object",
            note: "resident memory of 100,000 live idle objects that were called once, with their stubs let go",
            slice: { _ in try await idleMemory(directory: directory) }
        ),
    ]
}

private struct ColdFixture: Sendable {
    static let objects = 20_000
    let host: Host

    init(directory: String) async throws {
        var limits = HostLimits()
        limits.idleNanoseconds = 300_000_000
        let host = try Host("cold", in: directory, limits: limits)
        self.host = host
        try await host.once(callers: 256) { caller in
            for place in stride(from: caller, to: Self.objects, by: 256) {
                try await host.subjects.getByName("o\(place)").store("value")
            }
        }
    }

    /// Lets all objects leave memory, then calls each once.
    func slice() async throws -> SliceResult {
        try await Task.sleep(for: .seconds(2))
        let host = host
        let start = ContinuousClock.now
        try await host.once(callers: 16) { caller in
            for place in stride(from: caller, to: Self.objects, by: 16) {
                let found = try await host.subjects.getByName("o\(place)").firstLoad("value")
                guard found == 100 else { throw CaseNotRun("an object had not left memory") }
            }
        }
        return SliceResult(operations: Self.objects, elapsed: ContinuousClock.now - start)
    }
}

private func idleMemory(directory: String) async throws -> SliceResult {
    let objects = 100_000
    let host = try Host("memory", in: directory)
    _ = try await host.subjects.getByName("first").add(1)
    let before = try residentBytes()
    try await host.once(callers: 16) { caller in
        for place in stride(from: caller, to: objects, by: 16) {
            _ = try await host.subjects.getByName("o\(place)").add(1)
        }
    }
    let after = try residentBytes()
    try host.remove()
    return SliceResult(value: Double(after - before) / Double(objects), count: objects)
}

/// What the kernel says this process holds in memory, from the second field of `statm`, in pages of 4 KiB.
private func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { throw CaseNotRun("no /proc/self/statm") }
    return pages * 4096
}
