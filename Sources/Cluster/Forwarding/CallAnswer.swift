internal import DurableActors
internal import Locks

/// Waits for the answer of a call that was sent to another node.
final class CallAnswer: LinkReceiver {
    typealias Outcome = Result<RemoteCallee.Answer, any Error>

    private let handles: LinkHandles
    private let answer: Mutex<(@Sendable (Outcome) -> Void)?>
    private let refused: @Sendable (_ request: ShardRequest, _ elsewhere: String, _ epoch: UInt64) -> Void

    /// Calls one of the two, once.
    init(
        _ handles: LinkHandles,
        refused: @escaping @Sendable (ShardRequest, String, UInt64) -> Void = { _, _, _ in },
        answer: @escaping @Sendable (Outcome) -> Void
    ) {
        self.handles = handles
        self.answer = Mutex(answer)
        self.refused = refused
    }

    func received(_ message: [UInt8], on stream: LinkStream) {
        guard let answer = answer.withLock({ $0.take() }) else { return }
        do {
            switch try CallReply(bytes: message) {
            case .result(let bytes, let numbers):
                handles.expect(numbers)
                answer(.success((bytes, handles)))
                handles.dropUnclaimed()
            case .failure(let error): answer(.failure(error.error))
            case .refused(let request, let elsewhere, let epoch):
                handles.withdraw()
                refused(request, elsewhere, epoch)
            }
        } catch {
            answer(.failure(error))
        }
    }

    func ended(_ stream: LinkStream) { fail(.closed, stream) }

    /// What the order of requests has not taken for lost with the link is lost now.
    func failed(_ error: LinkError, on stream: LinkStream) { fail(error, stream) }

    private func fail(_ error: LinkError, _ stream: LinkStream) {
        guard let answer = answer.withLock({ $0.take() }) else { return }
        handles.withdraw()
        answer(.failure(ForwardingFailure.of(error, node: stream.peer)))
    }
}

extension LinkStream {
    /// Answers a call; what the result carries goes with it.
    func answer(_ outcome: Result<[UInt8], any Error>, carrying handles: LinkHandles) {
        handles.dropUnclaimed()
        do {
            let bytes = try outcome.get()
            let numbers = handles.numbers
            try handles.open(beside: self)
            reply(.result(bytes, handles: numbers))
        } catch {
            reply(.failure(ForwardedError(error)))
        }
    }

    func reply(_ reply: CallReply) {
        do {
            sendNow(try reply.encoded(), finishing: true)
        } catch {
            reset(.refused(code: 0, text: "The answer cannot be encoded."))
        }
    }
}
