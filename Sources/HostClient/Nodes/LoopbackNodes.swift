public import AgentHost
internal import Cluster
public import DurableActors
internal import FoundationEssentials

/// Hosts of one process that are joined over loopback: a door, which owns no object, and the nodes that have them all.
///
/// Each has workers, data and ports of its own; nothing but links leads from one to the other.
public final class LoopbackNodes: Sendable {
    /// One of the hosts, which serves.
    public struct Node: Sendable {
        /// The host.
        public let host: ObjectHost
        /// Its server for clients.
        public let server: HTTPServer
        /// The port of its server.
        public let port: Int
    }

    /// The door, and then the owners.
    public let nodes: [Node]

    /// Starts the nodes on data of their own below the configuration's directory; `prepare` registers the classes of each, and
    /// returns what answers requests there.
    public init(
        _ configuration: ObjectHost.Configuration,
        owners count: Int = 2,
        log: EventLog = .silent,
        prepare: (DurableObjectRuntime) throws -> @Sendable (Request) async throws -> Response
    ) throws {
        let membership = try LoopbackMembership.make(owners: count)
        let directory = configuration.dataDirectory
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let secret = SystemRandom().bytes(32)
        nodes = try ([LoopbackMembership.door] + LoopbackMembership.owners(count)).map { name in
            var own = configuration
            own.dataDirectory += "/" + name
            own.port = 0
            let host = try ObjectHost(own, log: log)
            try host.join(ClusterOptions(name: name, store: MemoryClusterStore(membership), secret: secret))
            let (server, port) = try host.serve(try prepare(host.runtime))
            return Node(host: host, server: server, port: port)
        }
    }

    /// The node that clients talk to.
    public var door: Node { nodes[0] }

    /// Ends all nodes, without waiting for what goes between them.
    public func stop() {
        for node in nodes {
            node.server.stop()
            node.host.runtime.shutdown()
        }
    }
}
