/// A whole message of a socket.
public enum WebSocketMessage: Sendable, Equatable {
    /// A text message.
    case text(String)
    /// A binary message.
    case binary([UInt8])
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
