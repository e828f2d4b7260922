internal import DurableActors

/// Reads the elements of a stream of another node.
final class ElementReader: RemoteElements {
    private let inbox: LinkInbox
    private let peer: String
    private let forwarder: ClusterForwarder

    init(_ inbox: LinkInbox, from peer: String, _ forwarder: ClusterForwarder) {
        (self.inbox, self.peer, self.forwarder) = (inbox, peer, forwarder)
    }

    func next() async throws -> RemoteCallee.Answer? {
        do {
            guard let message = try await inbox.next() else {
                inbox.withStream { $0.finish() }
                return nil
            }
            switch try ValueCodec.decode(ElementFrame.self, from: message) {
            case .element(let bytes, let numbers):
                let handles = LinkHandles(to: peer, forwarder)
                handles.expect(numbers)
                return (bytes, handles)
            case .failed(let error): throw error.error
            }
        } catch is LinkError {
            throw ForwardingFailure.lost
        }
    }

    func read() { inbox.withStream { $0.sendNow(.read) } }

    func cancel(_ error: any Error) {
        inbox.withStream { stream in
            stream.sendNow(.cancelled(ForwardedError(error)))
            stream.finish()
        }
    }
}
