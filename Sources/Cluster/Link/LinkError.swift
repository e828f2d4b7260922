/// Why a stream between nodes has failed.
package enum LinkError: Error, Hashable, Sendable {
    /// The link was lost under the stream; false only where the opening message surely has not arrived.
    case lost(mayHaveArrived: Bool)
    /// The stream's deadline has passed.
    case deadlineExceeded
    /// One of the sides wants nothing more of it.
    case cancelled
    /// The other side has refused it; number and text are of the stream's kind.
    case refused(code: UInt16, text: String)
    /// Too much waits on the link, or there are too many streams.
    case full
    /// This end has finished or failed before, or the node is leaving.
    case closed
    /// A message is longer than a link takes.
    case tooLarge(bytes: Int)
    /// The membership has no node of this name.
    case unknownPeer(String)
}

extension LinkError {
    /// What tells the other side: a kind, a number and a text.
    var wire: (kind: UInt8, code: UInt16, text: String) {
        switch self {
        case .lost(let mayHaveArrived): (1, mayHaveArrived ? 1 : 0, "")
        case .deadlineExceeded: (2, 0, "")
        case .cancelled: (3, 0, "")
        case .refused(let code, let text): (4, code, text)
        case .full: (5, 0, "")
        case .closed: (6, 0, "")
        case .tooLarge(let bytes): (7, 0, "\(bytes)")
        case .unknownPeer(let name): (8, 0, name)
        }
    }

    /// What the other side told; nil when there is no such error.
    init?(kind: UInt8, code: UInt16, text: String) {
        switch kind {
        case 1 where code < 2: self = .lost(mayHaveArrived: code == 1)
        case 2: self = .deadlineExceeded
        case 3: self = .cancelled
        case 4: self = .refused(code: code, text: text)
        case 5: self = .full
        case 6: self = .closed
        case 7:
            guard let bytes = Int(text) else { return nil }
            self = .tooLarge(bytes: bytes)
        case 8: self = .unknownPeer(text)
        default: return nil
        }
    }
}
