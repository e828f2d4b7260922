/// The kind of a WebSocket frame.
package enum Opcode: UInt8, Sendable, Equatable {
    /// A further fragment of a message.
    case continuation = 0x0
    /// A text message or its first fragment.
    case text = 0x1
    /// A binary message or its first fragment.
    case binary = 0x2
    /// The last frame in its direction.
    case close = 0x8
    /// A request for a pong with the same payload.
    case ping = 0x9
    /// The answer to a ping, or a sign of life.
    case pong = 0xA

    /// Whether frames of this kind control the connection, and so may stand between fragments.
    package var isControl: Bool { rawValue & 0x8 != 0 }
}
