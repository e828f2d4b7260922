internal import DurableActors

/// Calls something of another node, which is let go there with the last use of this.
final class LinkCallee: RemoteCallee {
    private let number: UInt64
    private let inbox: LinkInbox
    private let peer: String
    private let forwarder: ClusterForwarder

    init(_ number: UInt64, _ inbox: LinkInbox, from peer: String, _ forwarder: ClusterForwarder) {
        (self.number, self.inbox, self.peer, self.forwarder) = (number, inbox, peer, forwarder)
    }

    deinit { inbox.cancel() }

    func call(
        _ encode: (any HandleCarrier) throws -> [UInt8],
        answer: @escaping @Sendable (Result<Answer, any Error>) -> Void
    ) {
        guard !inbox.isOver else { return answer(.failure(ForwardingFailure.lost)) }
        let handles = LinkHandles(to: peer, forwarder)
        do {
            let message = try encode(handles)
            let opening = CalleeOpening(number: number, message: message, handles: handles.numbers)
            // Calls that have begun go on although the handle is disposed.
            let receiver = CallAnswer(handles) { [self] outcome in withExtendedLifetime(self) { answer(outcome) } }
            try handles.send(.callee, opening, receiver: receiver)
        } catch {
            answer(.failure(error))
        }
    }
}
