import AgentHost
import Testing

@Suite struct `Mutated WebSocket frames` {
    @Test(arguments: 1...8)
    func `never trap a session and mean the same however they arrive`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let alphabet: [UInt8] = [0, 1, 0x7D, 0x7E, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x88, 0x89, 0x8A, 0xFE, 0xFF]
        for _ in 0..<400 {
            let frames = (0..<4).map { _ in Self.frame(using: &generator) }
            let valid = frames.flatMap {
                FrameEncoder.encode($0, mask: MaskKey(UInt32(truncatingIfNeeded: generator.next())))
            }
            let bytes = generator.mutate(valid, alphabet: alphabet)
            let whole = Self.run(bytes, .whole)
            #expect(whole == Self.run(bytes, .byteByByte))
            #expect(whole == Self.run(bytes, .inSevens))
        }
    }

    private static func frame(using generator: inout SeededGenerator) -> Frame {
        let opcodes: [Opcode] = [.text, .text, .binary, .continuation, .ping, .close]
        let length = [0, 2, 5, 130].randomElement(using: &generator) ?? 0
        let opcode = opcodes.randomElement(using: &generator) ?? .text
        let isFinal = Int.random(in: 0..<3, using: &generator) > 0
        return Frame(isFinal: isFinal, opcode: opcode, payload: [UInt8](repeating: 0x61, count: length))
    }

    private static func run(_ bytes: [UInt8], _ feeding: Feeding) -> [WebSocketSession.Action] {
        var limits = WebSocketLimits()
        limits.maxMessageBytes = 256
        var session = WebSocketSession(role: .server, limits: limits)
        var actions = feeding.pieces(of: bytes).flatMap { session.receive($0) }
        actions += session.transportEnded()
        return actions
    }
}
