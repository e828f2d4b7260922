internal import DurableActors

/// What a peer may make a WebSocket hold; sizes are in bytes.
package struct WebSocketLimits: Sendable, Equatable {
    /// The longest message, all its fragments together; a longer one fails the connection with 1009.
    package var maxMessageBytes = 32 * 1024 * 1024

    /// Makes the default limits.
    package init() {}

    /// The longest payload of a control frame, fixed by RFC 6455, section 5.5.
    package static let maxControlBytes = 125

    /// The longest close reason in UTF-8: a control payload without the two bytes of the code.
    package static let maxCloseReasonBytes = 123

    /// How many messages of one connection may be unhandled before no more of it is read; a long one counts for several.
    package var maxUnhandledMessages = WebSocketMessage.maximumUnhandled
}
