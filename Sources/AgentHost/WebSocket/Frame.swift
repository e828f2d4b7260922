/// A WebSocket frame with its payload unmasked.
package struct Frame: Sendable, Equatable {
    /// Whether this is the last, or only, frame of its message.
    package var isFinal: Bool

    /// The frame's kind.
    package var opcode: Opcode

    /// The payload.
    package var payload: [UInt8]

    /// Makes a frame from its parts.
    package init(isFinal: Bool = true, opcode: Opcode, payload: [UInt8]) {
        self.isFinal = isFinal
        self.opcode = opcode
        self.payload = payload
    }
}
