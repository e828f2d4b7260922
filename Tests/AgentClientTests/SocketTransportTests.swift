import AgentClient
import AgentHost
import DurableActors
import Foundation
import HostClient
import Locks
import Testing

/// Clients over real sockets.
@Suite(.timeLimit(.minutes(1))) struct SocketTransportTests {
    private final class Site: Sendable {
        private let stop: @Sendable () -> Void
        private let directory: String
        let options: AgentClientOptions
        let transport: SocketTransport

        init() throws {
            directory = NSTemporaryDirectory() + "client-\(UUID().uuidString)"
            var configuration = ObjectHost.Configuration(dataDirectory: directory)
            configuration.port = 0
            let prepare = { (runtime: DurableObjectRuntime) in
                _ = try runtime.registerAgent(BoardAgent.self, binding: "BoardAgent", uniqueKey: "board")
                try runtime.start(environment: BoardAgent.Env())
                return { @Sendable request in
                    try await runtime.routeAgentRequest(request) ?? Response("Not found", status: 404)
                }
            }
            let port: Int
            if TestedHost.hasForeignDoor {
                let nodes = try LoopbackNodes(configuration, prepare: prepare)
                port = nodes.door.port
                stop = { nodes.stop() }
            } else {
                let host = try ObjectHost(configuration, log: .silent)
                let server: HTTPServer
                (server, port) = try host.serve(try prepare(host.runtime))
                stop = {
                    server.stop()
                    host.runtime.shutdown()
                }
            }
            transport = try SocketTransport()
            var options = AgentClientOptions(host: "localhost:\(port)", agent: "BoardAgent", name: "one")
            options.reconnection.firstMilliseconds = 20
            self.options = options
        }

        deinit {
            stop()
            transport.world.scheduler.shutdown()
            // Silence is right: a directory left in the temporary folder is nobody's loss.
            try? FileManager.default.removeItem(atPath: directory)
        }
    }

    @Test func `calls, states and messages go over a socket, and it is made again when it is lost`() async throws {
        let site = try Site()
        let (messages, told) = AsyncStream.makeStream(of: WebSocketMessage.self)
        let client = AgentClient<Count>(site.options, transport: site.transport) {
            if case .message(let message) = $0 { told.yield(message) }
        }
        try await client.ready()
        #expect(try await client.call("add", 2, 3) == 5)
        #expect(try await client.call("increment") == 1)
        let long = String(repeating: "ü", count: 1 << 20)
        try client.send(.text(long))
        try client.send(.binary([1, 2, 3]))
        var incoming = messages.makeAsyncIterator()
        #expect(await incoming.next() == .text("echo " + long))
        #expect(await incoming.next() == .binary([3, 2, 1]))
        try client.send(.text("reset"))
        while client.isIdentified { await Task.yield() }
        #expect(try await client.call("increment") == 2)
        #expect(client.state == Count(count: 2))
        client.close()
    }

    @Test func `a hundred clients share one thread`() async throws {
        let site = try Site()
        let clients = (0..<100).map { _ in AgentClient<Count>(site.options, transport: site.transport) }
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for (number, client) in clients.enumerated() { group.addTask { try await client.call("add", number, 1) } }
            return try await group.reduce(0, +)
        }
        #expect(sums == 5050)
        for client in clients { client.close() }
    }

    @Test func `a host that is not there, and one that wants TLS, are told and tried again`() async throws {
        let site = try Site()
        var options = site.options
        for (host, scheme, text) in [
            ("127.0.0.1:1", AgentClientOptions.Scheme.ws, "Cannot connect to 127.0.0.1:1: Connection refused"),
            ("127.0.0.1:1", .wss, "needs TLS, which this transport does not have"),
        ] {
            (options.host, options.scheme) = (host, scheme)
            let (failures, told) = AsyncStream.makeStream(of: String.self)
            let client = AgentClient<Count>(options, transport: site.transport) {
                if case .attemptFailed(let text) = $0 { told.yield(text) }
            }
            var iterator = failures.makeAsyncIterator()
            for _ in 0..<2 { #expect(await iterator.next()?.hasSuffix(text) == true) }
            client.close()
        }
    }

    @Test func `a request goes to the agent's path and comes back whole`() async throws {
        let site = try Site()
        let client = AgentClient<Count>(site.options, transport: site.transport)
        let answer = try await client.fetch(method: "POST", query: [("q", "a b")], body: .bytes(Array("body".utf8)))
        #expect(answer.status == 200)
        #expect(try await answer.text() == "POST /agents/board-agent/one?q=a+b body")
    }
}
