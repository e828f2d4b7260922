internal import Cluster
internal import DurableActors

/// A process as a node of a cluster: its links over TCP, and what goes over them.
final class HostMembership: Sendable {
    /// The fewest bytes of a secret.
    private static let shortestSecret = 16

    private let network: PeerNetwork
    private let forwarder: ClusterForwarder
    private let address: String
    private let port: UInt16

    init(
        _ options: ClusterOptions,
        _ membership: ClusterMembership,
        _ core: HostCore,
        _ reactor: EpollReactor
    ) throws {
        guard options.secret.count >= Self.shortestSecret else {
            throw ClusterError(.invalid, "The cluster's secret needs at least \(Self.shortestSecret) bytes.")
        }
        network = PeerNetwork(world: core.world, reactor: reactor)
        forwarder = try ClusterForwarder(
            name: options.name,
            secret: options.secret,
            host: core,
            membership: membership,
            rereading: options.store,
            dialler: network
        )
        guard let node = membership.node(named: options.name) else {
            throw ClusterError(.invalid, "The membership has no node named \"\(options.name)\".")
        }
        let parts = node.peerAddress.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else {
            throw ClusterError(.invalid, "\(node.peerAddress) is not an address and a port.")
        }
        (address, self.port) = (String(parts[0]), port)
    }

    /// Lets the other nodes in, which is right once all classes are registered.
    func listen() throws {
        // A runtime whose classes all have environments of their own need not be started.
        forwarder.begin()
        try network.listen(address: address, port: port, for: forwarder.links)
    }

    func reread() { forwarder.reread() }

    func stop() async {
        await forwarder.stop()
        network.stop()
    }
}
