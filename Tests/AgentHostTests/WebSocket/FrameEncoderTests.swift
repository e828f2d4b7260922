import AgentHost
import Testing

@Suite struct `A frame encoder` {
    @Test func `writes the examples of RFC 6455`() throws {
        #expect(FrameEncoder.text("Hello") == [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
        let key = MaskKey(0x3D21_FA37)
        let masked: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(FrameEncoder.text("Hello", mask: key) == masked)
        #expect(try FrameEncoder.ping(Array("Hello".utf8)) == [0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
        #expect(try FrameEncoder.pong([]) == [0x8A, 0x00])
    }

    @Test(
        arguments: [
            (0, [0x82, 0]), (125, [0x82, 125]), (126, [0x82, 126, 0, 126]), (65_535, [0x82, 126, 0xFF, 0xFF]),
            (65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])]
    )
    func `writes lengths in their shortest form`(length: Int, header: [UInt8]) {
        let payload = [UInt8](repeating: 7, count: length)
        #expect(FrameEncoder.binary(payload) == header + payload)
    }

    @Test func `writes close frames`() throws {
        #expect(try FrameEncoder.close(nil) == [0x88, 0])
        #expect(try FrameEncoder.close(.normal, reason: "é") == [0x88, 4, 0x03, 0xE8, 0xC3, 0xA9])
        let longest = String(repeating: "a", count: 123)
        #expect(try FrameEncoder.close(.normal, reason: longest).count == 127)
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 5000, 65_535] as [UInt16])
    func `refuses a close code that may not be sent`(code: UInt16) {
        #expect(throws: WebSocketSendError.invalidCloseCode(code)) {
            try FrameEncoder.close(CloseCode(rawValue: code))
        }
    }

    @Test(arguments: [1000, 1001, 1003, 1007, 1014, 1016, 2999, 3000, 4999] as [UInt16])
    func `sends every other close code`(code: UInt16) throws {
        let expected = [0x88, 2, UInt8(code >> 8), UInt8(code & 0xFF)]
        #expect(try FrameEncoder.close(CloseCode(rawValue: code)) == expected)
    }

    @Test func `refuses control payloads that are too long`() {
        let reason = String(repeating: "é", count: 62)
        #expect(throws: WebSocketSendError.closeReasonTooLong(bytes: 124)) {
            try FrameEncoder.close(.normal, reason: reason)
        }
        #expect(throws: WebSocketSendError.closeReasonWithoutCode) { try FrameEncoder.close(nil, reason: "a") }
        let payload = [UInt8](repeating: 0, count: 126)
        #expect(throws: WebSocketSendError.controlPayloadTooLong(bytes: 126)) { try FrameEncoder.ping(payload) }
        #expect(throws: WebSocketSendError.controlPayloadTooLong(bytes: 126)) { try FrameEncoder.pong(payload) }
    }
}
