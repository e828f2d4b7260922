internal import CLinux
internal import Cluster
internal import Glibc

/// A membership of nodes on free loopback ports: a door that weighs next to nothing, so that it owns no object, and owners.
package enum LoopbackMembership {
    /// The door's name.
    package static let door = "door"

    /// The owners' names.
    static func owners(_ count: Int) -> [String] { (1...count).map { "node\($0)" } }

    static func make(owners count: Int) throws -> ClusterMembership {
        let ports = try freePorts(count + 1)
        let names = [door] + owners(count)
        let nodes = zip(names, ports).map { name, port in
            ClusterNode(name: name, peerAddress: "127.0.0.1:\(port)", weight: name == door ? 1e-6 : 1)
        }
        return try ClusterMembership(epoch: 1, nodes: nodes)
    }

    /// Ports that nobody listens on.
    package static func freePorts(_ count: Int) throws -> [Int32] {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        return try (0..<count).map { _ in
            // Safe because the address is passed as a C string for the call's duration.
            let descriptor = unsafe da_tcp_listen("127.0.0.1", 0)
            guard descriptor >= 0 else { throw ClientError("There is no free port.") }
            descriptors.append(descriptor)
            return da_local_port(descriptor)
        }
    }
}
