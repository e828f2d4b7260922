internal import DurableActors
internal import Locks

/// One stream between two nodes: messages both ways, each direction with an end and credit of its own.
///
/// Concurrency: any thread. The lock guards where the stream belongs and what waits for its receiver; a connection's lock
/// may be taken under it, never the other way round, and the receiver is called under none.
package final class LinkStream: Sendable {
    /// What was done before the link stood.
    struct Waiting {
        let kind: UInt8
        let opening: [UInt8]
        /// The most bytes that may wait.
        let bound: Int
        var messages: [[UInt8]] = []
        var bytes = 0
        var finishes = false
        var stands = false
        var senders: [LinkSender] = []
    }

    enum Place {
        case waiting(Waiting)
        case on(LinkConnection, UInt64)
        case over
    }

    struct State {
        var place: Place
        var mailbox: LinkMailbox
        var expiry: UInt64?
    }

    /// The other node.
    package let peer: String
    /// By when it must be over, on this node's clock in nanoseconds; the side that has opened it sees to that.
    package let deadline: UInt64?
    let expiries: LinkExpiries
    let state: Mutex<State>

    /// A stream that waits for a link.
    init(
        to peer: String,
        _ waiting: Waiting,
        deadline: UInt64?,
        receiver: any LinkReceiver,
        expiries: LinkExpiries
    ) {
        self.peer = peer
        self.deadline = deadline
        self.expiries = expiries
        state = Mutex(State(place: .waiting(waiting), mailbox: LinkMailbox(receiver)))
    }

    /// A stream that the other node has opened; what comes waits until it has a receiver.
    init(from peer: String, on connection: LinkConnection, _ number: UInt64, deadline: UInt64?, expiries: LinkExpiries)
    {
        self.peer = peer
        self.deadline = deadline
        self.expiries = expiries
        state = Mutex(State(place: .on(connection, number), mailbox: LinkMailbox(nil)))
    }

    // MARK: - Sending

    /// Sends a message once the other side has room for it and the network keeps up.
    ///
    /// Calls are served in their order; `sendNow` does not wait for them. Throws `LinkError` when the stream is over or
    /// finished, `CancellationError` when the task is cancelled first: then the message is not sent.
    package func send(_ message: [UInt8]) async throws {
        let sender = LinkSender(message)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if sender.begin(continuation) {
                    queue(sender)
                } else {
                    continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            sender.cancel()
        }
    }

    private func queue(_ sender: LinkSender) {
        let place = state.withLock { state in
            if case .waiting(var waiting) = state.place, !waiting.finishes {
                state.place = .over
                waiting.senders.append(sender)
                state.place = .waiting(waiting)
                return Place?.none
            }
            return state.place
        }
        switch place {
        case nil: break
        case .on(let connection, let number): connection.send(number, sender)
        case .waiting, .over: sender.take()?.resume(throwing: LinkError.closed)
        }
    }

    /// Queues a message whatever waits, for who cannot wait; `bufferedBytes` says how much does.
    ///
    /// When more waits than the link has room for, the stream fails with `LinkError.full`. On a stream that is over or
    /// finished this does nothing. With `finishing` it is the last message.
    package func sendNow(_ message: [UInt8], finishing: Bool = false) {
        var isFull = false
        let found = change { waiting in
            guard !waiting.finishes else { return }
            waiting.messages.append(message)
            waiting.bytes += LinkStreamState.cost(bytes: message.count)
            waiting.finishes = finishing
            isFull = waiting.bytes > waiting.bound
        }
        if let (connection, number) = found { connection.sendNow(number, message, finishing) }
        if isFull { fail(.full) }
    }

    /// How many bytes wait to be sent, and 32 for each message.
    package var bufferedBytes: Int {
        switch state.withLock({ $0.place }) {
        case .waiting(let waiting): waiting.bytes
        case .on(let connection, let number): connection.buffered(number)
        case .over: 0
        }
    }

    /// Ends this direction behind what was sent; the stream is over when both sides have.
    package func finish() {
        if let (connection, number) = change({ $0.finishes = true }) { connection.finish(number) }
    }

    /// Has the stream stand while the link does: this node's goodbye does not wait for it.
    package func stand() {
        if let (connection, number) = change({ $0.stands = true }) { connection.stand(number) }
    }

    /// Gives credit back for messages that were received; more than those would stop the process.
    package func consumed(_ bytes: Int, messages: Int = 1) {
        guard case .on(let connection, let number) = state.withLock({ $0.place }) else { return }
        connection.consumed(number, bytes: bytes, messages: messages)
    }

    /// Changes what waits for a link; where that stands, returns it.
    private func change(_ body: (inout Waiting) -> Void) -> (LinkConnection, UInt64)? {
        state.withLock { state in
            switch state.place {
            case .waiting(var waiting):
                // Moved out meanwhile, so that what waits is changed in place.
                state.place = .over
                body(&waiting)
                state.place = .waiting(waiting)
                return nil
            case .on(let connection, let number): return (connection, number)
            case .over: return nil
            }
        }
    }

    /// Ends both directions at once: what waits is dropped, and the other side hears the error.
    ///
    /// The own receiver is not called any more, but for a call that has begun.
    package func reset(_ error: LinkError) {
        state.withLock { $0.mailbox.close() }
        end(error)
    }
}
