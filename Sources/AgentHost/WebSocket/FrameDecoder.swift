/// An incremental reader of WebSocket frames.
///
/// A frame is refused as soon as its header shows the fault, before its payload is waited for. After an error the
/// decoder throws the same error from then on.
package struct FrameDecoder: Sendable {
    /// Which end of the connection reads the frames.
    package enum Role: Sendable, Equatable {
        /// Frames come from a client and have to be masked.
        case server
        /// Frames come from a server and must not be masked.
        case client
    }

    private struct Header {
        var isFinal: Bool
        var opcode: Opcode
        var mask: MaskKey?
        var headerBytes: Int
        var payloadBytes: Int
    }

    private let role: Role
    private var queue = ByteQueue()
    private var failure: WebSocketProtocolError?

    /// The longest payload of a data frame to accept from here on; lower it while fragments are held.
    package var maxPayloadBytes: Int

    /// Makes a decoder at the start of the frames.
    package init(role: Role, maxPayloadBytes: Int = WebSocketLimits().maxMessageBytes) {
        self.role = role
        self.maxPayloadBytes = maxPayloadBytes
    }

    /// The number of fed bytes no frame has been made of yet.
    package var bufferedCount: Int { queue.count }

    /// Adds received bytes.
    package mutating func feed(_ bytes: [UInt8]) {
        queue.append(bytes)
    }

    /// Adds a copy of received bytes, which are borrowed for the call only.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        // Safe because the queue copies the bytes before the call returns.
        unsafe queue.append(bytes)
    }

    /// Returns the next complete frame, or nil when more bytes are needed.
    ///
    /// - Returns: The next frame in the order of the bytes.
    /// - Throws: `WebSocketProtocolError` with code 1002 or 1009.
    package mutating func next() throws(WebSocketProtocolError) -> Frame? {
        if let failure { throw failure }
        do {
            guard let header = try readHeader(), queue.count - header.headerBytes >= header.payloadBytes else {
                return nil
            }
            queue.consume(header.headerBytes)
            var payload = queue.take(header.payloadBytes)
            header.mask?.apply(to: &payload)
            return Frame(isFinal: header.isFinal, opcode: header.opcode, payload: payload)
        } catch {
            failure = error
            throw error
        }
    }

    private func readHeader() throws(WebSocketProtocolError) -> Header? {
        guard queue.count >= 2 else { return nil }
        let (first, second) = (queue.peek(0), queue.peek(1))
        guard first & 0x70 == 0 else { throw .violation("reserved bits are set") }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .violation("unknown opcode") }
        let isFinal = first & 0x80 != 0
        let shortLength = Int(second & 0x7F)
        if opcode.isControl {
            guard isFinal else { throw .violation("fragmented control frame") }
            guard shortLength <= WebSocketLimits.maxControlBytes else { throw .violation("control frame too long") }
        }
        let isMasked = second & 0x80 != 0
        guard isMasked == (role == .server) else {
            throw .violation(isMasked ? "masked frame from a server" : "unmasked frame from a client")
        }
        guard let (length, lengthEnd) = try readLength(shortLength) else { return nil }
        guard opcode.isControl || length <= UInt64(max(0, maxPayloadBytes)) else {
            throw WebSocketProtocolError(closeCode: .tooBig, reason: "message too big")
        }
        guard !isMasked || queue.count >= lengthEnd + 4 else { return nil }
        return Header(
            isFinal: isFinal,
            opcode: opcode,
            mask: isMasked ? MaskKey(UInt32(truncatingIfNeeded: bigEndian(lengthEnd, 4)).byteSwapped) : nil,
            headerBytes: lengthEnd + (isMasked ? 4 : 0),
            payloadBytes: Int(length)
        )
    }

    private func readLength(_ short: Int) throws(WebSocketProtocolError) -> (length: UInt64, end: Int)? {
        guard short >= 126 else { return (UInt64(short), 2) }
        let width = short == 126 ? 2 : 8
        guard queue.count >= 2 + width else { return nil }
        let length = bigEndian(2, width)
        guard length <= UInt64(Int64.max) else { throw .violation("frame length has its top bit set") }
        guard length > (width == 2 ? 125 : 65_535) else { throw .violation("frame length is not minimal") }
        return (length, 2 + width)
    }

    private func bigEndian(_ offset: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<width {
            value = value << 8 | UInt64(queue.peek(offset + index))
        }
        return value
    }
}
