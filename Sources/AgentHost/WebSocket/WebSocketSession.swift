/// One end of an open WebSocket: turns received bytes and local wishes into actions for the owner.
///
/// A close frame from the peer is reported and not answered; the connection stays half open, and the owner may still
/// send, until it calls `close(_:reason:)`. The transport is to be closed when both ends have sent their close frame,
/// or when the peer broke the protocol. Actions are to be carried out in their order.
package struct WebSocketSession: Sendable {
    /// Which end this is.
    package enum Role: Sendable {
        /// The server, which masks nothing.
        case server
        /// A client, which masks every frame with a new key.
        case client(maskKeys: @Sendable () -> MaskKey)
    }

    /// What the owner has to do.
    package enum Action: Sendable, Equatable {
        /// Deliver a text message to the application.
        case deliverText(String)
        /// Deliver a binary message to the application.
        case deliverBinary([UInt8])
        /// Write bytes to the transport.
        case write([UInt8])
        /// Tell the application that the peer sends nothing more; 1005 when it gave no code.
        case peerClosed(CloseCode, reason: String)
        /// Tell the application that the connection failed, with what a close event shows and a text for a log.
        case fail(CloseCode, reason: String, errorText: String)
        /// Close the transport once everything before is written.
        case closeTransport
    }

    private let role: Role
    private var decoder: FrameDecoder
    private var assembler: MessageAssembler

    /// Whether the local close frame was sent.
    package private(set) var hasSentClose = false

    /// Whether the peer's close frame was received.
    package private(set) var hasReceivedClose = false

    /// Whether the session is over: both ends closed, or the connection failed or ended.
    package private(set) var isFinished = false

    /// Makes the session of a connection whose handshake is done.
    package init(role: Role, limits: WebSocketLimits = WebSocketLimits()) {
        self.role = role
        decoder = FrameDecoder(role: role.isServer ? .server : .client, maxPayloadBytes: limits.maxMessageBytes)
        assembler = MessageAssembler(limits: limits)
    }

    /// Whether local messages may still be sent.
    package var canSend: Bool { !hasSentClose && !isFinished }

    /// Takes received bytes; whatever follows the peer's close frame is ignored.
    package mutating func receive(_ bytes: [UInt8]) -> [Action] {
        guard !isFinished, !hasReceivedClose else { return [] }
        decoder.feed(bytes)
        return drain()
    }

    /// Takes a copy of received bytes, which are borrowed for the call only.
    package mutating func receive(_ bytes: UnsafeRawBufferPointer) -> [Action] {
        guard !isFinished, !hasReceivedClose else { return [] }
        // Safe because the decoder copies the bytes before the call returns.
        unsafe decoder.feed(bytes)
        return drain()
    }

    /// Returns the bytes of a text message to write.
    ///
    /// - Parameter text: The message.
    /// - Returns: The bytes to write.
    /// - Throws: `WebSocketSendError.closed` after the local close.
    package mutating func send(text: String) throws(WebSocketSendError) -> [UInt8] {
        try checkSendable()
        return FrameEncoder.text(text, mask: role.nextMask())
    }

    /// Returns the bytes of a binary message to write.
    ///
    /// - Parameter binary: The message.
    /// - Returns: The bytes to write.
    /// - Throws: `WebSocketSendError.closed` after the local close.
    package mutating func send(binary: [UInt8]) throws(WebSocketSendError) -> [UInt8] {
        try checkSendable()
        return FrameEncoder.binary(binary, mask: role.nextMask())
    }

    /// Returns the bytes of a ping to write.
    ///
    /// - Parameter payload: At most 125 bytes.
    /// - Returns: The bytes to write.
    /// - Throws: `WebSocketSendError`.
    package mutating func ping(_ payload: [UInt8] = []) throws(WebSocketSendError) -> [UInt8] {
        try checkSendable()
        return try FrameEncoder.ping(payload, mask: role.nextMask())
    }

    /// Checks that a message encoded elsewhere, such as one shared by many connections, may be written.
    ///
    /// - Throws: `WebSocketSendError.closed` after the local close.
    package func checkSendable() throws(WebSocketSendError) {
        guard canSend else { throw .closed }
    }

    /// Closes the local end, or answers the peer's close; a second close does nothing.
    ///
    /// - Parameters:
    ///   - code: The code to send, or nil to send none.
    ///   - reason: At most 123 bytes of UTF-8.
    /// - Returns: The close frame to write, and the transport's close when the peer had closed.
    /// - Throws: `WebSocketSendError` for a code or reason that may not be sent; the session stays open.
    package mutating func close(_ code: CloseCode?, reason: String = "") throws(WebSocketSendError) -> [Action] {
        let frame = try FrameEncoder.close(code, reason: reason, mask: role.nextMask())
        guard canSend else { return [] }
        hasSentClose = true
        guard hasReceivedClose else { return [.write(frame)] }
        isFinished = true
        return [.write(frame), .closeTransport]
    }

    /// Takes the end of the transport; without the peer's close frame the connection has failed with 1006.
    package mutating func transportEnded() -> [Action] {
        guard !isFinished else { return [] }
        isFinished = true
        guard !hasReceivedClose else { return [.closeTransport] }
        let text = "The connection ended without a close frame."
        return [.fail(.abnormal, reason: "", errorText: text), .closeTransport]
    }

    private mutating func drain() -> [Action] {
        var actions: [Action] = []
        do throws(WebSocketProtocolError) {
            while !hasReceivedClose, let frame = try decoder.next() {
                let message = try assembler.accept(frame)
                decoder.maxPayloadBytes = assembler.remainingBytes
                if let message { try handle(message, &actions) }
            }
        } catch {
            fail(error, &actions)
        }
        return actions
    }

    private mutating func handle(
        _ message: AssembledMessage,
        _ actions: inout [Action]
    ) throws(WebSocketProtocolError) {
        switch message {
        case .text(let text):
            if !hasSentClose { actions.append(.deliverText(text)) }
        case .binary(let bytes):
            if !hasSentClose { actions.append(.deliverBinary(bytes)) }
        case .ping(let payload):
            guard !hasSentClose else { return }
            actions.append(.write(FrameEncoder.encode(Frame(opcode: .pong, payload: payload), mask: role.nextMask())))
        case .pong:
            return
        case .close(let code, let reason):
            hasReceivedClose = true
            actions.append(.peerClosed(code, reason: reason))
            guard hasSentClose else { return }
            isFinished = true
            actions.append(.closeTransport)
        }
    }

    private mutating func fail(_ error: WebSocketProtocolError, _ actions: inout [Action]) {
        isFinished = true
        if !hasSentClose {
            hasSentClose = true
            let code = error.closeCode.rawValue
            let payload = [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)] + error.reason.utf8
            actions.append(.write(FrameEncoder.encode(Frame(opcode: .close, payload: payload), mask: role.nextMask())))
        }
        actions.append(.fail(error.closeCode, reason: error.reason, errorText: error.description))
        actions.append(.closeTransport)
    }
}

extension WebSocketSession.Role {
    /// Whether this is the server's end.
    var isServer: Bool {
        if case .server = self { true } else { false }
    }

    /// Returns the key for the next frame, nil for a server.
    func nextMask() -> MaskKey? {
        if case .client(let maskKeys) = self { maskKeys() } else { nil }
    }
}
