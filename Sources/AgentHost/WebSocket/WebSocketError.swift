/// A peer's breach of the protocol, with the code the connection is failed with.
package struct WebSocketProtocolError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The close code to send: 1002, 1007 or 1009.
    package let closeCode: CloseCode

    /// What the peer did wrong, short enough for a close reason.
    package let reason: String

    /// Makes an error from a close code and a reason.
    package init(closeCode: CloseCode, reason: String) {
        self.closeCode = closeCode
        self.reason = reason
    }

    /// The code followed by the reason.
    package var description: String { "\(closeCode.rawValue): \(reason)" }

    static func violation(_ reason: String) -> Self {
        Self(closeCode: .protocolError, reason: reason)
    }
}

/// Why a local request to a WebSocket cannot be fulfilled; nothing was sent when one is thrown.
package enum WebSocketSendError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The close frame was already sent, or the connection has failed or ended.
    case closed

    /// The code may not be sent: it lies outside 1000...4999 or is 1004, 1005, 1006 or 1015.
    case invalidCloseCode(UInt16)

    /// The close reason has more than 123 bytes in UTF-8.
    case closeReasonTooLong(bytes: Int)

    /// A close frame without a code has no room for a reason.
    case closeReasonWithoutCode

    /// A ping or pong has more than 125 bytes.
    case controlPayloadTooLong(bytes: Int)

    /// The error in words.
    package var description: String {
        switch self {
        case .closed: "The WebSocket is closed for sending."
        case .invalidCloseCode(let code): "\(code) is not a close code that may be sent."
        case .closeReasonTooLong(let bytes): "The close reason has \(bytes) bytes; at most 123 are allowed."
        case .closeReasonWithoutCode: "A close reason needs a close code."
        case .controlPayloadTooLong(let bytes): "The ping or pong has \(bytes) bytes; at most 125 are allowed."
        }
    }
}
