/// What a peer said, put together from its frames.
package enum AssembledMessage: Sendable, Equatable {
    /// A whole text message.
    case text(String)
    /// A whole binary message.
    case binary([UInt8])
    /// A ping to answer with the same payload.
    case ping([UInt8])
    /// A pong.
    case pong([UInt8])
    /// The peer's last word; without a code in the frame, 1005 and an empty reason.
    case close(CloseCode, reason: String)
}

/// Puts fragmented messages together and checks what the frames of a message must fulfil as a whole.
package struct MessageAssembler: Sendable {
    private enum Partial: Sendable {
        case text(UTF8Validator)
        case binary
    }

    private let limits: WebSocketLimits
    private var partial: Partial?
    private var held: [UInt8] = []

    /// Makes an assembler at the start of a message.
    package init(limits: WebSocketLimits = WebSocketLimits()) {
        self.limits = limits
    }

    /// How long the payload of the next data frame may be.
    package var remainingBytes: Int { limits.maxMessageBytes - held.count }

    /// Takes a frame and returns the message it completes, or nil for a fragment that is not the last.
    ///
    /// - Parameter frame: The next frame, as the decoder returned it.
    /// - Returns: The completed message, or nil.
    /// - Throws: `WebSocketProtocolError` with code 1002, 1007 or 1009.
    package mutating func accept(_ frame: Frame) throws(WebSocketProtocolError) -> AssembledMessage? {
        switch frame.opcode {
        case .ping: return .ping(frame.payload)
        case .pong: return .pong(frame.payload)
        case .close: return try Self.close(frame.payload)
        case .continuation:
            guard partial != nil else { throw .violation("continuation without a message") }
        case .text, .binary:
            guard partial == nil else { throw .violation("new message within a fragmented one") }
            guard !frame.isFinal else { return try whole(frame) }
            partial = frame.opcode == .text ? .text(UTF8Validator()) : .binary
        }
        return try append(frame)
    }

    private func whole(_ frame: Frame) throws(WebSocketProtocolError) -> AssembledMessage {
        try checkSize(frame.payload)
        guard frame.opcode == .text else { return .binary(frame.payload) }
        guard let text = String(validating: frame.payload, as: UTF8.self) else { throw Self.invalidText }
        return .text(text)
    }

    private mutating func append(_ frame: Frame) throws(WebSocketProtocolError) -> AssembledMessage? {
        try checkSize(frame.payload)
        held.append(contentsOf: frame.payload)
        if case .text(var validator) = partial {
            guard validator.accept(frame.payload), !frame.isFinal || validator.isComplete else {
                throw Self.invalidText
            }
            partial = .text(validator)
        }
        guard frame.isFinal else { return nil }
        defer { (partial, held) = (nil, []) }
        if case .text = partial { return .text(String(decoding: held, as: UTF8.self)) }
        return .binary(held)
    }

    private func checkSize(_ payload: [UInt8]) throws(WebSocketProtocolError) {
        guard payload.count <= remainingBytes else {
            throw WebSocketProtocolError(closeCode: .tooBig, reason: "message too big")
        }
    }

    private static func close(_ payload: [UInt8]) throws(WebSocketProtocolError) -> AssembledMessage {
        guard !payload.isEmpty else { return .close(.noStatus, reason: "") }
        guard payload.count >= 2 else { throw .violation("close frame with half a code") }
        let code = CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isReceivable else { throw .violation("close code that may not be sent") }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else {
            throw WebSocketProtocolError(closeCode: .invalidData, reason: "close reason is not UTF-8")
        }
        return .close(code, reason: reason)
    }

    private static var invalidText: WebSocketProtocolError {
        WebSocketProtocolError(closeCode: .invalidData, reason: "text is not UTF-8")
    }
}
