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

    package init(_ message: WebSocketMessage) { self.message = message }

    /// The encoded frame, made by the first who asks.
    package func frame(_ encode: (WebSocketMessage) -> [UInt8]) -> [UInt8] {
        frame.value { encode(message) }
    }
}
