internal import CLinux
package import Cluster
package import DurableActors
internal import Locks

/// Links between nodes over TCP, plain: the network between them is trusted.
///
/// Concurrency: any thread. Connections are made on threads that may block, and served by the world's workers.
package final class PeerNetwork: LinkDialler {
    /// How long the system may take to connect, in milliseconds.
    private static let connectMilliseconds: Int32 = 4000

    private let world: World
    private let reactor: EpollReactor
    private let listener = Mutex<Listener?>(nil)

    /// `reactor` must be the one the world's workers wait on.
    package init(world: World, reactor: EpollReactor) {
        self.world = world
        self.reactor = reactor
    }

    /// Begins to take connections for a node's links on an IPv4 address; returns the port, which matters where 0 was asked
    /// for.
    @discardableResult
    package func listen(address: String, port: UInt16, for links: PeerLinks) throws -> Int {
        let listener = try Listener(address: address, port: port, reactor: reactor, world: world) { [self] descriptor in
            links.accept(PeerSocket(descriptor, world: world, reactor: reactor))
        }
        try listener.start()
        self.listener.withLock { $0 = listener }
        return listener.port
    }

    /// Takes no further connections.
    package func stop() {
        listener.withLock { listener in
            listener?.stop()
            listener = nil
        }
    }

    /// Connects to an address with a port.
    package func dial(_ address: String, _ done: @escaping @Sendable (Result<any LinkTransport, LinkEnd>) -> Void) {
        world.scheduler.runBlocking { [world, reactor] in
            guard let place = PeerAddress(address) else {
                return done(.failure(.transport("'\(address)' is not an address and a port")))
            }
            do throws(SocketError) {
                // Safe because the name is passed as a C string for the call's duration.
                let number = unsafe da_tcp_connect(place.host, place.port, Self.connectMilliseconds)
                let descriptor = try Descriptor(number, "Cannot connect to \(address)")
                done(.success(PeerSocket(descriptor, world: world, reactor: reactor)))
            } catch {
                done(.failure(.transport(error.description)))
            }
        }
    }
}
