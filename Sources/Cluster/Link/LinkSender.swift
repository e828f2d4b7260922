internal import Locks

/// A message whose sender waits until it may be queued.
final class LinkSender: Sendable {
    typealias Continuation = CheckedContinuation<Void, any Error>

    private enum State {
        case new
        case waiting(Continuation)
        case cancelled
        case taken
    }

    let message: [UInt8]
    private let state = Mutex(State.new)

    init(_ message: [UInt8]) { self.message = message }

    /// Notes who waits; false when that was cancelled before.
    func begin(_ continuation: Continuation) -> Bool {
        state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
    }

    /// Takes the message for sending or failing, for whoever then resumes the sender; nil when it has given up.
    func take() -> Continuation? {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return nil }
            state = .taken
            return continuation
        }
    }

    /// Gives up, unless the message was taken.
    func cancel() {
        let continuation = state.withLock { state -> Continuation? in
            switch state {
            case .taken, .cancelled: return nil
            case .new:
                state = .cancelled
                return nil
            case .waiting(let continuation):
                state = .cancelled
                return continuation
            }
        }
        continuation?.resume(throwing: CancellationError())
    }
}
