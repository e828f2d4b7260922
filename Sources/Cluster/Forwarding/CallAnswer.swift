internal import DurableActors
internal import struct Synchronization.Atomic

/// Waits for the answer of a call that was sent to another node.
final class CallAnswer: LinkReceiver {
    private let id: UInt64
    private let handles: LinkHandles
    private let forwarder: ClusterForwarder

    init(_ id: UInt64, _ handles: LinkHandles, _ forwarder: ClusterForwarder) {
        self.id = id
        self.handles = handles
        self.forwarder = forwarder
    }

    func received(_ message: [UInt8], on stream: LinkStream) {
        stream.consumed(message.count)
        stream.finish()
        do {
            switch try ValueCodec.decode(CallReply.self, from: message) {
            case .result(let bytes):
                forwarder.answered(id)?.event.answered(bytes, in: forwarder.host, carrying: handles)
            case .failure(let error): forwarder.answered(id)?.event.refuse(error.error)
            case .refused(let request, let elsewhere, let epoch):
                forwarder.refused(request, elsewhere: elsewhere, epoch: epoch, handles)
            }
        } catch {
            forwarder.answered(id)?.event.refuse(error)
        }
    }

    func ended(_ stream: LinkStream) {}

    /// What the order of requests has not taken for lost with the link is lost now.
    func failed(_ error: LinkError, on stream: LinkStream) {
        forwarder.answered(id)?.event.refuse(ForwardingFailure.of(error, node: stream.peer))
    }
}
