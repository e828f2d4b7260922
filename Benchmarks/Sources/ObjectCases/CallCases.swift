internal import Distributed
internal import DurableActors
public import Measure

/// Typed calls on stubs that touch no storage, beside Erlang's.
public func objectCallCases(directory: String) -> [BenchmarkCase] {
    [
        callCase("call.1caller", peer: "erlang.call.1caller", callers: 1, objects: 1, directory),
        callCase("call.64callers.1object", peer: "erlang.call.64callers.1server", callers: 64, objects: 1, directory),
        callCase(
            "call.64callers.64objects",
            peer: "erlang.call.64callers.10000servers",
            callers: 64,
            objects: 64,
            directory
        ),
        callCase(
            "call.64callers.10000objects",
            peer: "erlang.call.64callers.10000servers",
            callers: 64,
            objects: 10_000,
            directory
        ),
    ]
}

private func callCase(
    _ name: String,
    peer: BenchmarkCase.Beside,
    callers: Int,
    objects: Int,
    _ directory: String
) -> BenchmarkCase {
    BenchmarkCase(
        "objects.\(name)",
        unit: "calls/s",
        peer: peer,
        note:
            "\(callers) callers over \(objects) objects, a counter in memory; latency is of 64 calls one after the other",
        setUp: { () -> CallFixture in
            let host = try Host(name, in: directory)
            let stubs = (0..<objects).map { host.subjects.getByName("o\($0)") }
            for stub in stubs { _ = try await stub.add(1) }
            return CallFixture(host: host, stubs: stubs)
        },
        tearDown: { try $0.host.remove() },
        slice: { fixture, duration in
            let stubs = fixture.stubs
            return try await fixture.host.repeating(for: duration, callers: callers, weight: 64) { caller, count in
                for call in 0..<64 {
                    // Each caller walks over all objects from a place of its own, as the peer's do.
                    let place = objects > 64 ? caller * 156 + count * 64 + call : caller
                    _ = try await stubs[place % objects].add(1)
                }
            }
        }
    )
}

private struct CallFixture: Sendable {
    let host: Host
    let stubs: [Subject]
}
