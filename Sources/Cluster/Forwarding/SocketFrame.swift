internal import DurableActors

/// What the two halves of a socket between nodes say to each other.
enum SocketFrame: Codable, Sendable {
    case text(String)
    case binary([UInt8])
    case closed(code: Int, reason: String)
    /// The end is gone without a close frame; the text says why where that is an error.
    case lost(String?)
    /// What the object's node wants done when the client is slow.
    case policy(SlowConsumerPolicy)

    init(_ message: WebSocketMessage) {
        self =
            switch message {
            case .text(let text): .text(text)
            case .binary(let bytes): .binary(bytes)
            }
    }
}
