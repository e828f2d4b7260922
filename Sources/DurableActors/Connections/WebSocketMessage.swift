/// A whole message of a socket.
public enum WebSocketMessage: Sendable, Equatable {
    /// A text message.
    case text(String)
    /// A binary message.
    case binary([UInt8])

    /// How long a message is that counts for one more among the unhandled.
    package static let weighedBytes = 256 << 10
    /// How many messages of one peer may be unhandled before no more of it is read; a long one counts for several.
    package static let maximumUnhandled = 256

    /// How much it counts among the unhandled: one, and one more for each piece of memory it takes.
    package var weight: Int {
        switch self {
        case .text(let text): 1 + text.utf8.count / Self.weighedBytes
        case .binary(let bytes): 1 + bytes.count / Self.weighedBytes
        }
    }
}

/// A message on its way to many sockets, whose frame is made once and shared.
package final class OutgoingMessage: Sendable {
    package let message: WebSocketMessage
    private let frame = LazyBytes()
    private let released: (@Sendable () -> Void)?

    /// Makes a message; `released` is called once nobody has it any more, so also when it has been handled.
    package init(_ message: WebSocketMessage, released: (@Sendable () -> Void)? = nil) {
        self.message = message
        self.released = released
    }

    deinit { released?() }

    /// The encoded frame, made by the first who asks.
    package func frame(_ encode: (WebSocketMessage) -> [UInt8]) -> [UInt8] {
        frame.value { encode(message) }
    }
}
