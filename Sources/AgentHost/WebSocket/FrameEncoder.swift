/// Encodes WebSocket frames; what it returns without a mask may be sent to any number of clients.
package enum FrameEncoder {
    /// Encodes an unfragmented text message.
    ///
    /// - Parameters:
    ///   - text: The message.
    ///   - mask: A fresh key when a client sends, nil when a server does.
    /// - Returns: The bytes to write.
    package static func text(_ text: String, mask: MaskKey? = nil) -> [UInt8] {
        frame(.text, text.utf8, isFinal: true, mask: mask)
    }

    /// Encodes an unfragmented binary message.
    ///
    /// - Parameters:
    ///   - payload: The message.
    ///   - mask: A fresh key when a client sends, nil when a server does.
    /// - Returns: The bytes to write.
    package static func binary(_ payload: [UInt8], mask: MaskKey? = nil) -> [UInt8] {
        frame(.binary, payload, isFinal: true, mask: mask)
    }

    /// Encodes a ping.
    ///
    /// - Parameters:
    ///   - payload: At most 125 bytes, which the pong repeats.
    ///   - mask: A fresh key when a client sends, nil when a server does.
    /// - Returns: The bytes to write.
    /// - Throws: `WebSocketSendError.controlPayloadTooLong`.
    package static func ping(_ payload: [UInt8], mask: MaskKey? = nil) throws(WebSocketSendError) -> [UInt8] {
        try control(.ping, payload, mask)
    }

    /// Encodes a pong.
    ///
    /// - Parameters:
    ///   - payload: The ping's payload, at most 125 bytes.
    ///   - mask: A fresh key when a client sends, nil when a server does.
    /// - Returns: The bytes to write.
    /// - Throws: `WebSocketSendError.controlPayloadTooLong`.
    package static func pong(_ payload: [UInt8], mask: MaskKey? = nil) throws(WebSocketSendError) -> [UInt8] {
        try control(.pong, payload, mask)
    }

    /// Encodes a close frame.
    ///
    /// - Parameters:
    ///   - code: The code, or nil for a frame without one.
    ///   - reason: At most 123 bytes of UTF-8; empty without a code.
    ///   - mask: A fresh key when a client sends, nil when a server does.
    /// - Returns: The bytes to write.
    /// - Throws: `WebSocketSendError` for a code or reason that may not be sent.
    package static func close(
        _ code: CloseCode?,
        reason: String = "",
        mask: MaskKey? = nil
    ) throws(WebSocketSendError) -> [UInt8] {
        guard let code else {
            guard reason.isEmpty else { throw .closeReasonWithoutCode }
            return frame(.close, [], isFinal: true, mask: mask)
        }
        guard code.isSendable else { throw .invalidCloseCode(code.rawValue) }
        let text = reason.utf8
        guard text.count <= WebSocketLimits.maxCloseReasonBytes else {
            throw .closeReasonTooLong(bytes: text.count)
        }
        let payload = [UInt8(code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)] + text
        return frame(.close, payload, isFinal: true, mask: mask)
    }

    /// Encodes any frame, without checking it against the protocol.
    ///
    /// - Parameters:
    ///   - frame: The frame, its payload plain.
    ///   - mask: A fresh key when a client sends, nil when a server does.
    /// - Returns: The bytes to write.
    package static func encode(_ frame: Frame, mask: MaskKey? = nil) -> [UInt8] {
        Self.frame(frame.opcode, frame.payload, isFinal: frame.isFinal, mask: mask)
    }

    private static func control(
        _ opcode: Opcode,
        _ payload: [UInt8],
        _ mask: MaskKey?
    ) throws(WebSocketSendError) -> [UInt8] {
        guard payload.count <= WebSocketLimits.maxControlBytes else {
            throw .controlPayloadTooLong(bytes: payload.count)
        }
        return frame(opcode, payload, isFinal: true, mask: mask)
    }

    private static func frame(
        _ opcode: Opcode,
        _ payload: some Collection<UInt8>,
        isFinal: Bool,
        mask: MaskKey?
    ) -> [UInt8] {
        let length = payload.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length + 14)
        bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        appendLength(length, maskBit: mask == nil ? 0 : 0x80, to: &bytes)
        if let mask {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: mask.bits >> shift))
            }
        }
        let start = bytes.count
        bytes.append(contentsOf: payload)
        mask?.apply(to: &bytes, from: start)
        return bytes
    }

    private static func appendLength(_ length: Int, maskBit: UInt8, to bytes: inout [UInt8]) {
        guard length > 125 else {
            bytes.append(maskBit | UInt8(length))
            return
        }
        let width = length <= 65_535 ? 2 : 8
        bytes.append(maskBit | (width == 2 ? 126 : 127))
        for position in stride(from: width - 1, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: length >> (8 * position)))
        }
    }
}
