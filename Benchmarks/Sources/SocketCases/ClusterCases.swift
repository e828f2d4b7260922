internal import Distributed
internal import DurableActors
public import Measure

/// Calls and sockets of objects that are on another node than the one that is asked, beside those of objects on the same.
public func clusterCases(directory: String) -> [BenchmarkCase] {
    [1, 64].flatMap { callers in
        let local = "cluster.call.local.\(callers)caller\(callers == 1 ? "" : "s")"
        return [
            callCase(local, callers: callers, isForwarded: false, peer: nil, directory),
            callCase(
                "cluster.call.forwarded.\(callers)caller\(callers == 1 ? "" : "s")",
                callers: callers,
                isForwarded: true,
                peer: .init(local),
                directory
            ),
        ]
    } + [1, 64].map { clients in echoCase(clients: clients, directory) }
}

private let place = "two hosts of one process, joined over loopback"

private func callCase(
    _ name: String,
    callers: Int,
    isForwarded: Bool,
    peer: BenchmarkCase.Beside?,
    _ directory: String
) -> BenchmarkCase {
    BenchmarkCase(
        name,
        unit: "calls/s",
        limit: isForwarded ? "raw.tcp.256B" : nil,
        peer: peer,
        note: "\(callers) callers, an object each; \(place)",
        setUp: { () -> CallFixture in
            let host = try EchoHost.behindDoor(name, in: directory)
            let echoes = isForwarded ? host.echoes : host.ownEchoes
            let stubs = (0..<callers).map { echoes.getByName("o\($0)") }
            for stub in stubs { _ = try await stub.add(1) }
            return CallFixture(
                host: host,
                stubs: stubs,
                executor: isForwarded ? host.executor : host.ownExecutor
            )
        },
        tearDown: { $0.host.remove() },
        slice: { try await $0.run(for: $1) }
    )
}

private func echoCase(clients: Int, _ directory: String) -> BenchmarkCase {
    let count = "\(clients)client\(clients == 1 ? "" : "s")"
    return BenchmarkCase(
        "cluster.echo.forwarded.\(count)",
        unit: "round trips/s",
        // A message goes over two connections, and so does its answer.
        limit: .init("raw.tcp.64B", times: 0.5),
        peer: .init("sockets.echo.\(count)"),
        note: "\(clients) blocking clients in threads of the same process, one object each; \(place)",
        setUp: {
            EchoFixture(clients: clients, host: try .behindDoor("cluster-echo-\(clients)", in: directory))
        },
        tearDown: { $0.remove() },
        slice: { try await $0.run(for: $1) }
    )
}

/// Stubs that callers call, one each.
private struct CallFixture: Sendable {
    let host: EchoHost
    let stubs: [Echo]
    let executor: any TaskExecutor

    func run(for duration: Duration) async throws -> SliceResult {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: SliceResult.self) { group in
            for stub in stubs {
                group.addTask(executorPreference: executor) {
                    try await TimedLoop.run(for: duration) { _ = try await stub.add(1) }
                }
            }
            return try await group.together(since: start)
        }
    }
}
