internal import Distributed
internal import DurableActors
public import Measure

/// Text messages of 64 bytes to an object and back over a WebSocket on the loopback interface.
public func socketEchoCases(directory: String) -> [BenchmarkCase] {
    [1, 64].map { clients in
        BenchmarkCase(
            "sockets.echo.\(clients)client\(clients == 1 ? "" : "s")",
            unit: "round trips/s",
            limit: "raw.tcp.64B",
            note: "\(clients) blocking clients in threads of the same process, one object each",
            setUp: { try EchoFixture(clients: clients, host: .alone("echo-\(clients)", in: directory)) },
            tearDown: { $0.remove() },
            slice: { try await $0.run(for: $1) }
        )
    }
}

/// Sends every message back, and counts calls.
distributed actor Echo: DurableObject {
    struct Env: Sendable {}

    let ctx: DurableObjectState

    private var count = 0

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// Counts in memory.
    distributed func add(_ amount: Int) -> Int {
        count += amount
        return count
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
