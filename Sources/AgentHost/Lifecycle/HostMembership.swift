internal import Cluster
internal import DurableActors

/// A process as a node of a cluster: its links over TCP, and what goes over them.
final class HostMembership: Sendable {
    /// The fewest bytes of a secret.
    private static let shortestSecret = 16

    private let network: PeerNetwork
    private let forwarder: ClusterForwarder

    init(
        _ options: ClusterOptions,
        _ membership: ClusterMembership,
        _ core: HostCore,
        _ reactor: EpollReactor
    ) throws {
        guard options.secret.count >= Self.shortestSecret else {
            throw ClusterError(.invalid, "The cluster's secret needs at least \(Self.shortestSecret) bytes.")
        }
        var settings = ClusterSettings()
        settings.keeper.faults = options.faults
        network = PeerNetwork(world: core.world, reactor: reactor)
        forwarder = try ClusterForwarder(
            name: options.name,
            secret: options.secret,
            host: core,
            membership: membership,
            rereading: options.store,
            dialler: network,
            settings: settings
        )
    }

    /// Lets the other nodes in, which is right once all classes are registered; of one that has left nobody knows the address.
    func listen() throws {
        // A runtime whose classes all have environments of their own need not be started.
        forwarder.begin()
        guard let address = (forwarder.node?.peerAddress).flatMap(PeerAddress.init) else { return }
        try network.listen(address: address.host, port: address.port, for: forwarder.links)
    }

    var standing: ClusterStanding { forwarder.standing }

    func reread() { forwarder.reread() }

    func stop() async {
        await forwarder.stop()
        network.stop()
    }
}
