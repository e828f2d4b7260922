import AgentHost
import Testing

@Suite struct `A WebSocket session` {
    private typealias Action = WebSocketSession.Action
    private static let key = MaskKey(0x0102_0304)

    private func closeFrame(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        FrameEncoder.encode(
            Frame(opcode: .close, payload: [UInt8(code >> 8), UInt8(code & 0xFF)] + reason.utf8),
            mask: Self.key
        )
    }

    @Test(arguments: Feeding.allCases)
    func `delivers messages and answers pings in order`(feeding: Feeding) {
        var session = WebSocketSession(role: .server)
        let frames = [
            Frame(opcode: .text, payload: Array("é".utf8)), Frame(isFinal: false, opcode: .binary, payload: [1]),
            Frame(opcode: .ping, payload: [9]), Frame(opcode: .pong, payload: [8]),
            Frame(opcode: .continuation, payload: [2]), Frame(opcode: .text, payload: []),
        ]
        let bytes = frames.flatMap { FrameEncoder.encode($0, mask: Self.key) }
        let actions = feeding.pieces(of: bytes).flatMap { session.receive($0) }
        let expected: [Action] = [
            .deliverText("é"), .write([0x8A, 1, 9]), .deliverBinary([1, 2]), .deliverText(""),
        ]
        #expect(actions == expected)
    }

    @Test func `leaves the answer to a close to its owner`() throws {
        var session = WebSocketSession(role: .server)
        let late = FrameEncoder.text("late", mask: Self.key)
        #expect(
            session.receive(closeFrame(4001, "bye") + late) == [.peerClosed(CloseCode(rawValue: 4001), reason: "bye")]
        )
        #expect(session.receive(late) == [])
        #expect(session.canSend)
        #expect(try session.send(text: "a") == [0x81, 1, 0x61])
        let answer = try FrameEncoder.close(.normal, reason: "ok")
        #expect(try session.close(.normal, reason: "ok") == [.write(answer), .closeTransport])
        #expect(session.isFinished)
        #expect(session.transportEnded() == [])
    }

    @Test func `reports an empty close as 1005 and can answer it emptily`() throws {
        var session = WebSocketSession(role: .server)
        let empty = FrameEncoder.encode(Frame(opcode: .close, payload: []), mask: Self.key)
        #expect(session.receive(empty) == [.peerClosed(.noStatus, reason: "")])
        #expect(try session.close(nil) == [.write([0x88, 0]), .closeTransport])
    }

    @Test func `closes the transport when its own close is answered`() throws {
        var session = WebSocketSession(role: .server)
        #expect(try session.close(.goingAway) == [.write([0x88, 2, 0x03, 0xE9])])
        #expect(session.receive(FrameEncoder.text("dropped", mask: Self.key)) == [])
        #expect(session.receive(FrameEncoder.binary([1], mask: Self.key)) == [])
        #expect(session.receive(try FrameEncoder.ping([1], mask: Self.key)) == [])
        #expect(session.receive(closeFrame(1001)) == [.peerClosed(.goingAway, reason: ""), .closeTransport])
        #expect(session.receive(closeFrame(1001)) == [])
        #expect(session.isFinished)
    }

    @Test func `refuses to send after its own close`() throws {
        var session = WebSocketSession(role: .server)
        _ = try session.close(.normal)
        #expect(throws: WebSocketSendError.closed) { try session.send(text: "a") }
        #expect(throws: WebSocketSendError.closed) { try session.send(binary: []) }
        #expect(throws: WebSocketSendError.closed) { try session.ping() }
        #expect(throws: WebSocketSendError.closed) { try session.checkSendable() }
        #expect(try session.close(.normal) == [])
    }

    @Test func `stays open when a close is refused`() throws {
        var session = WebSocketSession(role: .server)
        #expect(throws: WebSocketSendError.invalidCloseCode(1005)) { try session.close(.noStatus) }
        #expect(try session.send(binary: [5]) == [0x82, 1, 5])
        #expect(try session.ping([7]) == [0x89, 1, 7])
    }

    @Test(
        arguments: Feeding.allCases,
        [
            ([0xF1, 0x80], 1002, "reserved bits are set"),
            ([0x81, 0x81, 0, 0, 0, 0, 0xFF], 1007, "text is not UTF-8"),
            ([0x82, 0xFE, 0x04, 0x01], 1009, "message too big"),
        ] as [([UInt8], UInt16, String)]
    )
    func `fails once on a breach of the protocol`(feeding: Feeding, input: ([UInt8], UInt16, String)) throws {
        var limits = WebSocketLimits()
        limits.maxMessageBytes = 1024
        var session = WebSocketSession(role: .server, limits: limits)
        let bytes = FrameEncoder.text("before", mask: Self.key) + input.0
        let actions = feeding.pieces(of: bytes).flatMap { session.receive($0) }
        let code = CloseCode(rawValue: input.1)
        let expected: [Action] = [
            .deliverText("before"), .write(try FrameEncoder.close(code, reason: input.2)),
            .fail(code, reason: input.2, errorText: "\(input.1): \(input.2)"), .closeTransport,
        ]
        #expect(actions == expected)
        #expect(session.receive(FrameEncoder.text("after", mask: Self.key)) == [])
        #expect(session.transportEnded() == [])
        #expect(throws: WebSocketSendError.closed) { try session.send(text: "a") }
    }

    @Test func `sends no second close frame when it fails`() throws {
        var session = WebSocketSession(role: .server)
        _ = try session.close(.normal)
        let text = "1002: unknown opcode"
        let expected: [Action] = [.fail(.protocolError, reason: "unknown opcode", errorText: text), .closeTransport]
        #expect(session.receive([0x83, 0x80]) == expected)
    }

    @Test func `limits fragments by what is already held`() throws {
        var limits = WebSocketLimits()
        limits.maxMessageBytes = 10
        var session = WebSocketSession(role: .server, limits: limits)
        let first = Frame(isFinal: false, opcode: .binary, payload: [UInt8](repeating: 0, count: 8))
        #expect(session.receive(FrameEncoder.encode(first, mask: Self.key)) == [])
        let actions = session.receive([0x80, 0x83])
        let expected = Action.fail(.tooBig, reason: "message too big", errorText: "1009: message too big")
        #expect(
            actions == [.write(try FrameEncoder.close(.tooBig, reason: "message too big")), expected, .closeTransport]
        )
    }

    @Test func `fails with 1006 when the transport ends without a close`() throws {
        let text = "The connection ended without a close frame."
        let expected: [Action] = [.fail(.abnormal, reason: "", errorText: text), .closeTransport]
        var open = WebSocketSession(role: .server)
        #expect(open.transportEnded() == expected)
        #expect(open.transportEnded() == [])
        #expect(try open.close(.normal) == [])
        var closing = WebSocketSession(role: .server)
        _ = try closing.close(.normal)
        #expect(closing.transportEnded() == expected)
        var answered = WebSocketSession(role: .server)
        _ = answered.receive(closeFrame(1000))
        #expect(answered.transportEnded() == [.closeTransport])
    }

    @Test func `masks as a client what a server reads`() throws {
        var client = WebSocketSession(role: .client(maskKeys: { MaskKey(0xA1B2_C3D4) }))
        var server = WebSocketSession(role: .server)
        #expect(server.receive(try client.send(text: "hi")) == [.deliverText("hi")])
        #expect(client.receive(try server.send(binary: [1, 2])) == [.deliverBinary([1, 2])])
        #expect(server.receive(try client.ping([3])) == [.write([0x8A, 1, 3])])
        for case .write(let bytes) in try client.close(.normal, reason: "x") {
            #expect(server.receive(bytes) == [.peerClosed(.normal, reason: "x")])
        }
        for case .write(let bytes) in try server.close(.normal) {
            #expect(client.receive(bytes) == [.peerClosed(.normal, reason: ""), .closeTransport])
        }
        #expect(client.isFinished && server.isFinished)
    }

    @Test func `reads borrowed bytes as it reads arrays`() {
        var session = WebSocketSession(role: .server)
        let bytes = FrameEncoder.text("hi", mask: Self.key)
        // Safe because the session copies the bytes within the closure.
        #expect(unsafe bytes.withUnsafeBytes { unsafe session.receive($0) } == [.deliverText("hi")])
    }
}
