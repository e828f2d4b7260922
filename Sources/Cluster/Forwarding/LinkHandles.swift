internal import DurableActors
internal import struct Synchronization.Atomic

/// Carries the bodies and sockets of one call over the link to one node.
final class LinkHandles: HandleCarrier {
    private let peer: String
    private let forwarder: ClusterForwarder
    private let exports = Atomic<Int>(0)

    init(to peer: String, _ forwarder: ClusterForwarder) {
        self.peer = peer
        self.forwarder = forwarder
    }

    /// Whether something was handed over that cannot be handed over again.
    var hasExported: Bool { exports.load(ordering: .relaxed) > 0 }

    private var executor: any TaskExecutor { forwarder.host.world.scheduler.taskExecutor }

    private func open(_ kind: StreamKind, _ number: UInt64, _ receiver: any LinkReceiver) throws -> LinkStream {
        exports.add(1, ordering: .relaxed)
        do {
            let link = try forwarder.links.link(to: peer)
            return try link.open(kind: kind.rawValue, message: try ValueCodec.encode(number), receiver: receiver)
        } catch let error as LinkError {
            throw ForwardingFailure.of(error, node: peer)
        }
    }

    func export(_ stream: ByteStream) throws -> UInt64 {
        let number = forwarder.handles.nextNumber()
        let sender = BodySender()
        sender.send(stream, on: try open(.body, number, sender), executor)
        return number
    }

    func export(_ socket: WebSocket) throws -> UInt64 {
        let number = forwarder.handles.nextNumber()
        let name = SocketName(acceptor: peer, exporter: forwarder.links.name, number: number)
        let relay = SocketRelay(socket, name, forwarder.handles)
        relay.begin(try open(.socket, number, relay))
        return number
    }

    func stream(_ number: UInt64) throws -> ByteStream {
        try forwarder.handles.body(from: peer, number).body()
    }

    func socket(_ number: UInt64) throws -> WebSocket { try forwarder.handles.socket(from: peer, number).client }
}
