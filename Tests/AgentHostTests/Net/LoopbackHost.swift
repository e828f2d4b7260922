import AgentHost
import DurableActors
import Foundation
import HostClient

/// A host on a loopback port with data of its own, for one test.
///
/// With `FOREIGN_DOOR=1` in the environment the host is a node of a cluster that owns no object; two others, which are
/// processes of their own, have them. `prepare` runs in each of the three.
final class LoopbackHost {
    let host: ObjectHost
    let server: HTTPServer
    let port: Int
    private let directory: String
    private let owners: [HostProcess]

    /// Starts a host; `prepare` registers classes and returns what answers requests.
    ///
    /// A test whose objects share memory with it says so as the reason to have no nodes.
    init(
        workers: Int = 2,
        maximumBodyBytes: Int = 1 << 20,
        server settings: (inout HTTPServer.Configuration) -> Void = { _ in },
        log: EventLog = .silent,
        withoutNodesBecause reason: String? = nil,
        prepare: (DurableObjectRuntime) throws -> @Sendable (Request) async throws -> Response
    ) throws {
        let place = try LoopbackPlace.next()
        let ownDirectory = try place.directoryOfNode()
        directory = ownDirectory ?? NSTemporaryDirectory() + "loopback-\(UUID().uuidString)"
        let files = try place.hasNodes && reason == nil ? MembershipFiles(directory) : nil
        owners = try files.map { [directory] in try place.start($0, below: directory) } ?? []
        var configuration = ObjectHost.Configuration(dataDirectory: files == nil ? directory : directory + "/door")
        configuration.port = 0
        configuration.workers = workers
        configuration.server.maximumBodyBytes = maximumBodyBytes
        settings(&configuration.server)
        host = try ObjectHost(configuration, log: log)
        var arguments = ownDirectory == nil ? [] : CommandLine.arguments
        if let files { arguments = files.arguments(LoopbackMembership.door) }
        if let cluster = try ClusterOptions(takenFrom: &arguments) { try host.join(cluster) }
        (server, port) = try host.serve(try prepare(host.runtime))
        if ownDirectory != nil { LoopbackPlace.serve(port) }
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
        server.stop()
        host.runtime.shutdown()
        for owner in owners { owner.kill() }
        // Silence is right: a directory left in the temporary folder is nobody's loss.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
