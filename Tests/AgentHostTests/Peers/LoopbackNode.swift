import AgentHost
import Cluster
import DurableActors
import Locks

/// A node with threads, sockets and a port of its own, for one test.
final class LoopbackNode: Sendable {
    static let secret: [UInt8] = [1, 2, 3]

    let name: String
    let links: PeerLinks
    let port: Int
    private let pool: WorkerPool
    private let network: PeerNetwork
    private let cable: Cable

    init(_ name: String, port: UInt16 = 0, accept: @escaping LinkAcceptor) throws {
        self.name = name
        let (reactor, clock) = (try EpollReactor(), SystemClock())
        pool = WorkerPool(workers: 2, reactor: reactor, clock: clock)
        let world = World(clock: clock, random: SystemRandom(), scheduler: pool)
        network = PeerNetwork(world: world, reactor: reactor)
        cable = Cable(network)
        links = PeerLinks(name: name, secret: Self.secret, world: world, dialler: cable, accept: accept)
        self.port = try network.listen(address: "127.0.0.1", port: port, for: links)
    }

    /// Tells it of another node.
    func meet(_ name: String, port: Int) {
        links.setPeers([ClusterNode(name: name, peerAddress: "127.0.0.1:\(port)")], epoch: 1)
    }

    /// Cuts the connections that this node has made, as its death would.
    func cut() { cable.cut() }

    /// Listens no more.
    func stop() { network.stop() }

    /// Runs work on the node's own threads.
    func run<Output: Sendable>(_ body: @escaping @Sendable () async throws -> Output) async throws -> Output {
        try await Task(executorPreference: pool.taskExecutor) { try await body() }.value
    }

    deinit {
        network.stop()
        pool.shutdown()
    }
}

/// Connections that can be cut from outside.
final class Cable: LinkDialler {
    private let network: PeerNetwork
    private let made = Mutex<[Plug]>([])

    init(_ network: PeerNetwork) { self.network = network }

    func dial(_ address: String, _ done: @escaping @Sendable (Result<any LinkTransport, LinkEnd>) -> Void) {
        network.dial(address) { [self] outcome in
            done(
                outcome.map { transport in
                    let plug = Plug(transport)
                    made.withLock { $0.append(plug) }
                    return plug
                }
            )
        }
    }

    func cut() {
        for plug in made.withLock({ made in
            defer { made = [] }
            return made
        }) { plug.pull() }
    }

    private final class Plug: LinkTransport {
        private let transport: any LinkTransport
        private let owner = Mutex<(any LinkTransportOwner)?>(nil)

        init(_ transport: any LinkTransport) { self.transport = transport }

        func start(_ owner: any LinkTransportOwner) {
            self.owner.withLock { $0 = owner }
            transport.start(owner)
        }

        func wake() { transport.wake() }

        func close() { transport.close() }

        func pull() {
            transport.close()
            owner.withLock { owner in
                defer { owner = nil }
                return owner
            }?.transportEnded("The plug was pulled")
        }
    }
}

/// Sends everything back that comes on a stream, and gives credit at once.
final class EchoReceiver: LinkReceiver {
    func received(_ message: [UInt8], on stream: LinkStream) {
        stream.sendNow(message)
        stream.consumed(message.count)
    }

    func ended(_ stream: LinkStream) { stream.finish() }

    func failed(_ error: LinkError, on stream: LinkStream) {}
}
