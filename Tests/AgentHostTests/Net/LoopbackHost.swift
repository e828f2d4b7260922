import AgentHost
import DurableActors
import Foundation
import HostClient

/// A host on a loopback port with data of its own, for one test.
///
/// With `FOREIGN_DOOR=1` in the environment the host is a node of a cluster that owns no object; two others have them.
final class LoopbackHost: Sendable {
    let host: ObjectHost
    let server: HTTPServer
    let port: Int
    private let directory: String
    private let nodes: LoopbackNodes?

    /// Starts a host; `prepare` registers classes and returns what answers requests.
    init(
        workers: Int = 2,
        maximumBodyBytes: Int = 1 << 20,
        server settings: (inout HTTPServer.Configuration) -> Void = { _ in },
        log: EventLog = .silent,
        prepare: (DurableObjectRuntime) throws -> @Sendable (Request) async throws -> Response
    ) throws {
        directory = NSTemporaryDirectory() + "loopback-\(UUID().uuidString)"
        var configuration = ObjectHost.Configuration(dataDirectory: directory)
        configuration.port = 0
        configuration.workers = workers
        configuration.server.maximumBodyBytes = maximumBodyBytes
        settings(&configuration.server)
        guard TestedHost.hasForeignDoor else {
            nodes = nil
            host = try ObjectHost(configuration, log: log)
            let handler = try prepare(host.runtime)
            (server, port) = try host.serve(handler)
            return
        }
        let nodes = try LoopbackNodes(configuration, log: log, prepare: prepare)
        (host, server, port) = (nodes.door.host, nodes.door.server, nodes.door.port)
        self.nodes = nodes
    }

    /// Starts a host with one class of agents, routed under `agents` and `agent`.
    convenience init<Subject: Agent>(agent: Subject.Type, environment: Subject.Env) throws {
        try self.init { runtime in
            _ = try runtime.registerAgent(agent, binding: "\(agent)", uniqueKey: "agent-under-test")
            try runtime.start(environment: environment)
            return { request in
                try await runtime.routeAgentRequest(request) ?? Response("Not found", status: 404)
            }
        }
    }

    func http() throws -> HTTPClient { try HTTPClient(port: port) }

    func socket(_ path: String) throws -> WebSocketClient { try WebSocketClient(port: port, path: path) }

    /// A client that asks for a socket and then sends one frame again and again, from a thread of its own, which reads
    /// nothing; whoever calls reads the answer to the upgrade too.
    func flood(_ path: String, with payload: [UInt8], times: Int) throws -> ClientSocket {
        let socket = try ClientSocket(port: port)
        let key = [UInt8](repeating: 7, count: 16)
        try socket.write(WebSocketHandshake.request(host: "x", target: path, key: key, headers: Headers()))
        let frame = FrameEncoder.binary(payload, mask: MaskKey(0))
        NativeThread.start {
            // Silence is right: a write that fails leaves answers missing, which the test sees.
            for _ in 0..<times { try? socket.write(frame) }
        }
        return socket
    }

    deinit {
        if let nodes {
            nodes.stop()
        } else {
            server.stop()
            host.runtime.shutdown()
        }
        // Silence is right: a directory left in the temporary folder is nobody's loss.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
