import AgentHost
import Testing

@Suite struct `A message assembler` {
    private func assemble(
        _ frames: [Frame],
        limit: Int = 1000
    ) -> (messages: [AssembledMessage], error: WebSocketProtocolError?) {
        var limits = WebSocketLimits()
        limits.maxMessageBytes = limit
        var assembler = MessageAssembler(limits: limits)
        var messages: [AssembledMessage] = []
        for frame in frames {
            do throws(WebSocketProtocolError) {
                if let message = try assembler.accept(frame) { messages.append(message) }
            } catch {
                return (messages, error)
            }
        }
        return (messages, nil)
    }

    private func fragments(_ opcode: Opcode, _ payloads: [[UInt8]]) -> [Frame] {
        payloads.enumerated().map { index, payload in
            Frame(
                isFinal: index == payloads.count - 1,
                opcode: index == 0 ? opcode : .continuation,
                payload: payload
            )
        }
    }

    @Test func `joins fragments and lets control frames through between them`() {
        var frames = fragments(.text, [[0x61, 0xE2], [], [0x82], [0xAC, 0x62]])
        frames.insert(Frame(opcode: .ping, payload: [1]), at: 1)
        frames.insert(Frame(opcode: .pong, payload: [2]), at: 3)
        frames += fragments(.binary, [[1], [2, 0xFF]])
        frames.append(Frame(opcode: .close, payload: [0x03, 0xE8, 0x6F]))
        let result = assemble(frames)
        #expect(result.error == nil)
        #expect(
            result.messages == [
                .ping([1]), .pong([2]), .text("a€b"), .binary([1, 2, 0xFF]), .close(.normal, reason: "o"),
            ]
        )
    }

    @Test(arguments: ["", "plain", "κόσμε", "€", "𐍈 and \u{10FFFF}", "\u{0}\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}"])
    func `keeps text cut anywhere whole`(text: String) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let frames = fragments(.text, [Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(assemble(frames).messages == [.text(text)])
        }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xE2, 0x82], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
            [0xF0, 0x9F, 0x98], [0x61, 0xE2, 0x28, 0xA1],
        ] as [[UInt8]]
    )
    func `refuses text that is not UTF-8 with 1007 however it is cut`(bytes: [UInt8]) {
        for cut in 0...bytes.count {
            let frames = fragments(.text, [Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(assemble(frames).error?.closeCode == .invalidData)
        }
        #expect(assemble([Frame(opcode: .text, payload: bytes)]).error?.closeCode == .invalidData)
        #expect(assemble([Frame(opcode: .binary, payload: bytes)]).messages == [.binary(bytes)])
    }

    @Test func `refuses bad text at the fragment that has it`() {
        let frames = [Frame(isFinal: false, opcode: .text, payload: [0x61, 0xFF])]
        #expect(assemble(frames).error?.closeCode == .invalidData)
    }

    @Test func `refuses fragments out of order with 1002`() {
        let start = Frame(isFinal: false, opcode: .text, payload: [])
        let lone = Frame(opcode: .continuation, payload: [])
        #expect(assemble([lone]).error?.closeCode == .protocolError)
        #expect(assemble([start, lone, lone]).error?.closeCode == .protocolError)
        #expect(assemble([start, Frame(opcode: .text, payload: [])]).error?.closeCode == .protocolError)
        #expect(assemble([start, Frame(opcode: .binary, payload: [])]).error?.closeCode == .protocolError)
    }

    @Test func `refuses a message over the limit with 1009`() {
        let half = [UInt8](repeating: 65, count: 5)
        #expect(assemble(fragments(.text, [half, half]), limit: 10).messages == [.text("AAAAAAAAAA")])
        #expect(assemble(fragments(.text, [half, half]), limit: 9).error?.closeCode == .tooBig)
        #expect(assemble(fragments(.binary, [half]), limit: 4).error?.closeCode == .tooBig)
    }

    @Test(
        arguments: [
            ([], 1005, ""), ([0x03, 0xE8], 1000, ""), ([0x0B, 0xB8, 0x61], 3000, "a"), ([0x13, 0x87], 4999, ""),
            ([0x03, 0xF6], 1014, ""),
        ] as [([UInt8], UInt16, String)]
    )
    func `reads a close frame`(payload: [UInt8], code: UInt16, reason: String) {
        let expected = AssembledMessage.close(CloseCode(rawValue: code), reason: reason)
        #expect(assemble([Frame(opcode: .close, payload: payload)]).messages == [expected])
    }

    @Test(
        arguments: [
            ([0x03], 1002), ([0, 0], 1002), ([0x03, 0xE7], 1002), ([0x03, 0xEC], 1002), ([0x03, 0xED], 1002),
            ([0x03, 0xEE], 1002), ([0x03, 0xF7], 1002), ([0x03, 0xF8], 1002), ([0x0B, 0xB7], 1002),
            ([0x13, 0x88], 1002), ([0xFF, 0xFF], 1002), ([0x03, 0xE8, 0xFF], 1007), ([0x03, 0xE8, 0xE2, 0x82], 1007),
        ] as [([UInt8], UInt16)]
    )
    func `refuses a malformed close frame`(payload: [UInt8], code: UInt16) {
        #expect(assemble([Frame(opcode: .close, payload: payload)]).error?.closeCode.rawValue == code)
    }
}
