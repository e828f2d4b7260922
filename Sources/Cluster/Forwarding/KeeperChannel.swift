internal import DurableActors
internal import Locks

/// What this node's keeper says to another's: a stream that stands while the link does.
final class KeeperChannel: LinkReceiver {
    private let peer: String
    private let forwarder: ClusterForwarder
    private let stream = Mutex<LinkStream?>(nil)

    init(_ peer: String, _ forwarder: ClusterForwarder) {
        self.peer = peer
        self.forwarder = forwarder
    }

    func begin(_ stream: LinkStream) { self.stream.withLock { $0 = stream } }

    /// Whether it can be spoken into.
    var hasBegun: Bool { stream.withLock { $0 != nil } }

    /// Sends an encoded message; one that is lost is said again at a later tick.
    func say(_ message: [UInt8]) { stream.withLock { $0 }?.sendNow(message) }

    func received(_ message: [UInt8], on stream: LinkStream) { stream.consumed(message.count) }

    func ended(_ stream: LinkStream) {}

    func failed(_ error: LinkError, on stream: LinkStream) { forwarder.channelEnded(self, to: peer) }
}

/// Hears what another node's keeper says.
final class KeeperEar: LinkReceiver {
    private let peer: String
    private let forwarder: ClusterForwarder

    init(_ peer: String, _ forwarder: ClusterForwarder) {
        self.peer = peer
        self.forwarder = forwarder
    }

    func received(_ message: [UInt8], on stream: LinkStream) {
        stream.consumed(message.count)
        do {
            forwarder.keeper(.message(try ValueCodec.decode(ShardMessage.self, from: message), from: peer))
        } catch {
            stream.reset(.refused(code: 0, text: "A keeper's message cannot be read."))
        }
    }

    func ended(_ stream: LinkStream) {}

    func failed(_ error: LinkError, on stream: LinkStream) {}
}
