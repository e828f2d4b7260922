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
    /// The object's node wants nothing more for now; all that the object has sent came before this. Pauses are numbered.
    case pause(UInt64)
    /// What came from the client before this was sent before the pause; the rest waits at the client's node.
    case paused(UInt64)
    /// The object stays after all.
    case resume
    /// The object goes on elsewhere: another stream will be tied to the client.
    case moved

    init(_ message: WebSocketMessage) {
        self =
            switch message {
            case .text(let text): .text(text)
            case .binary(let bytes): .binary(bytes)
            }
    }

    var isEnd: Bool {
        switch self {
        case .closed, .lost: true
        default: false
        }
    }

    var bytes: [UInt8] {
        do {
            return try ValueCodec.encode(self)
        } catch {
            preconditionFailure("A frame of texts and bytes encodes: \(error)")
        }
    }
}

/// Names a client's socket between nodes for its whole life, wherever its object goes.
struct SocketName: Codable, Hashable, Sendable {
    /// The node that has the client.
    let acceptor: String
    /// The node that had the object when the two were tied first, and its number for it.
    let exporter: String
    let number: UInt64
}
