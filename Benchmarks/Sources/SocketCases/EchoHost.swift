internal import AgentHost
internal import DurableActors
internal import Foundation
internal import HostClient

/// Hosts of echoes on free ports: one alone, or a door that owns no object and the node that has them all.
struct EchoHost: Sendable {
    /// Where clients connect.
    let port: Int
    /// The echoes, called in at the door, and what callers there run on.
    let echoes: DurableObjectNamespace<Echo>
    let executor: any TaskExecutor
    /// The same at the node that has the objects.
    let ownEchoes: DurableObjectNamespace<Echo>
    let ownExecutor: any TaskExecutor
    private let stop: @Sendable () -> Void
    private let directory: String

    /// One host that has all objects.
    static func alone(_ name: String, in parent: String) throws -> EchoHost {
        let directory = parent + "/" + name
        var configuration = ObjectHost.Configuration(dataDirectory: directory)
        configuration.port = 0
        let host = try ObjectHost(configuration, log: .silent)
        let echoes = try register(host.runtime)
        let (server, port) = try host.serve { try await answer($0, echoes) }
        let executor = host.runtime.world.scheduler.taskExecutor
        return EchoHost(
            port: port,
            echoes: echoes,
            executor: executor,
            ownEchoes: echoes,
            ownExecutor: executor,
            stop: {
                server.stop()
                host.runtime.shutdown()
            },
            directory: directory
        )
    }

    /// Two hosts of this process, joined over loopback.
    static func behindDoor(_ name: String, in parent: String) throws -> EchoHost {
        let directory = parent + "/" + name
        var namespaces: [DurableObjectNamespace<Echo>] = []
        let nodes = try LoopbackNodes(ObjectHost.Configuration(dataDirectory: directory), owners: 1) { runtime in
            let echoes = try register(runtime)
            namespaces.append(echoes)
            return { try await answer($0, echoes) }
        }
        let executors = nodes.nodes.map { $0.host.runtime.world.scheduler.taskExecutor }
        return EchoHost(
            port: nodes.door.port,
            echoes: namespaces[0],
            executor: executors[0],
            ownEchoes: namespaces[1],
            ownExecutor: executors[1],
            stop: { nodes.stop() },
            directory: directory
        )
    }

    private static func register(_ runtime: DurableObjectRuntime) throws -> DurableObjectNamespace<Echo> {
        let echoes = try runtime.register(Echo.self, binding: "ECHO", uniqueKey: "echo")
        try runtime.start(environment: Echo.Env())
        return echoes
    }

    private static func answer(
        _ request: Request,
        _ echoes: DurableObjectNamespace<Echo>
    ) async throws -> Response {
        try await echoes.fetch(echoes.idFromName(request.url.pathname), request)
    }

    func remove() {
        stop()
        // Silence is right: a directory left among the benchmark's data is nobody's loss.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
