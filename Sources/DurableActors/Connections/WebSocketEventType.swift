/// What a listener of a standard socket listens to, with the type of what it is given.
public struct WebSocketEventType<Event: Sendable>: Sendable {
    /// What the event gives to listeners of this type; nil when it is none of theirs.
    let content: @Sendable (StandardSocketEvent) -> Event?
}

extension WebSocketEventType where Event == WebSocketMessage {
    /// A message has come.
    public static var message: Self { Self { if case .message(let message) = $0 { message.message } else { nil } } }
}

extension WebSocketEventType where Event == WebSocketCloseEvent {
    /// The socket has ended, by the peer's close frame or by loss.
    public static var close: Self { Self { if case .close(let event) = $0 { event } else { nil } } }
}

extension WebSocketEventType where Event == any Error {
    /// The socket has failed by an error of the protocol or transport.
    public static var error: Self { Self { if case .error(let error) = $0 { error } else { nil } } }
}

/// How a standard socket has ended.
public struct WebSocketCloseEvent: Sendable, Equatable {
    /// The peer's code; 1005 when it gave none, 1006 when the connection was lost.
    public let code: Int
    /// The peer's reason; empty when it gave none.
    public let reason: String
    /// Whether the peer has sent a close frame.
    public let wasClean: Bool
}

/// Something that has come in on a standard socket.
enum StandardSocketEvent: Sendable {
    case message(OutgoingMessage)
    case close(WebSocketCloseEvent)
    case error(any Error)

    var isMessage: Bool { if case .message = self { true } else { false } }
}
