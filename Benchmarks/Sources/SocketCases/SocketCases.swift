internal import AgentHost
internal import Distributed
internal import DurableActors
internal import Foundation
internal import HostClient
public import Measure

/// Text messages of 64 bytes to an object and back over a WebSocket on the loopback interface.
public func socketEchoCases(directory: String) -> [BenchmarkCase] {
    [1, 64].map { clients in
        BenchmarkCase(
            "sockets.echo.\(clients)client\(clients == 1 ? "" : "s")",
            unit: "round trips/s",
            limit: "raw.tcp.64B",
            note: "\(clients) blocking clients in threads of the same process, one object each",
            setUp: { try EchoFixture(clients: clients, directory: directory) },
            tearDown: { $0.remove() },
            slice: { fixture, duration in try await fixture.run(for: duration) }
        )
    }
}

/// Sends every message back.
distributed actor Echo: DurableObject {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        try ctx.acceptWebSocket(pair.server)
        return Response(status: 101, webSocket: pair.client)
    }

    func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        if case .text(let text) = message { try socket.send(text) }
    }
}

/// A host on a free port and how many clients it gets.
private final class EchoFixture: Sendable {
    private let host: ObjectHost
    private let server: HTTPServer
    private let port: Int
    private let clients: Int
    private let directory: String

    init(clients: Int, directory: String) throws {
        self.clients = clients
        self.directory = directory + "/echo-\(clients)"
        var configuration = ObjectHost.Configuration(dataDirectory: self.directory)
        configuration.port = 0
        host = try ObjectHost(configuration, log: .silent)
        let echoes = try host.runtime.register(Echo.self, binding: "ECHO", uniqueKey: "echo")
        try host.runtime.start(environment: Echo.Env())
        (server, port) = try host.serve { request in
            try await echoes.fetch(echoes.idFromName(request.url.pathname), request)
        }
    }

    func run(for duration: Duration) async throws -> SliceResult {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<clients {
                group.addTask { [port] in
                    try await withCheckedThrowingContinuation { continuation in
                        Thread.detachNewThread {
                            continuation.resume(
                                with: Result { try Self.pingPong(port, client, until: start + duration) }
                            )
                        }
                    }
                }
            }
            var total = 0
            for try await count in group { total += count }
            return SliceResult(operations: total, elapsed: .now - start)
        }
    }

    private static func pingPong(_ port: Int, _ client: Int, until end: ContinuousClock.Instant) throws -> Int {
        let socket = try WebSocketClient(port: port, path: "/client-\(client)")
        let text = String(repeating: "x", count: 64)
        var count = 0
        while ContinuousClock.now < end {
            try socket.send(text)
            guard case .text = try socket.receive() else { throw ClientError("The host ended the connection") }
            count += 1
        }
        return count
    }

    func remove() {
        server.stop()
        host.runtime.shutdown()
        // Silence is right: a directory left among the benchmark's data is nobody's loss.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
