import AgentHost
import Testing

@Suite struct `A frame decoder` {
    private static let key = MaskKey(0x9A3B_21F7)

    private func decode(
        _ bytes: [UInt8],
        _ feeding: Feeding = .whole,
        role: FrameDecoder.Role = .server,
        limit: Int = 1 << 20
    ) -> (frames: [Frame], error: WebSocketProtocolError?) {
        var decoder = FrameDecoder(role: role, maxPayloadBytes: limit)
        var frames: [Frame] = []
        do throws(WebSocketProtocolError) {
            for piece in feeding.pieces(of: bytes) {
                decoder.feed(piece)
                while let frame = try decoder.next() { frames.append(frame) }
            }
        } catch {
            return (frames, error)
        }
        return (frames, nil)
    }

    @Test(arguments: Feeding.allCases)
    func `reads frames of every length however they arrive`(feeding: Feeding) {
        let lengths = [0, 1, 3, 7, 8, 9, 15, 125, 126, 127, 65_535, 65_536, 65_537]
        let frames = lengths.map { length in
            Frame(opcode: .binary, payload: (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        }
        let masked = decode(frames.flatMap { FrameEncoder.encode($0, mask: Self.key) }, feeding)
        #expect(masked.error == nil)
        #expect(masked.frames == frames)
        let plain = decode(frames.flatMap { FrameEncoder.encode($0) }, feeding, role: .client)
        #expect(plain.error == nil)
        #expect(plain.frames == frames)
    }

    @Test func `reads the examples of RFC 6455`() {
        let masked: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(decode(masked).frames == [Frame(opcode: .text, payload: Array("Hello".utf8))])
        let fragments: [UInt8] = [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]
        #expect(
            decode(fragments, role: .client).frames == [
                Frame(isFinal: false, opcode: .text, payload: Array("Hel".utf8)),
                Frame(opcode: .continuation, payload: Array("lo".utf8)),
            ]
        )
    }

    @Test(
        arguments: Feeding.allCases,
        [
            ([0xC1, 0x80], 1002), ([0xA1, 0x80], 1002), ([0x91, 0x80], 1002), ([0xF1, 0x80], 1002),
            ([0x83, 0x80], 1002), ([0x87, 0x80], 1002), ([0x8B, 0x80], 1002), ([0x8F, 0x80], 1002),
            ([0x09, 0x80], 1002), ([0x08, 0x80], 1002), ([0x0A, 0x80], 1002),
            ([0x89, 0xFE], 1002), ([0x88, 0xFF], 1002), ([0x8A, 0xFE, 0x00, 0x7E], 1002),
            ([0x81, 0x00], 1002), ([0x81, 0x05], 1002),
            ([0x82, 0xFE, 0x00, 0x7D], 1002), ([0x82, 0xFE, 0x00, 0x00], 1002),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 1002), ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5], 1002),
            ([0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], 1002), ([0x82, 0xFF, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0], 1009),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 1], 1009),
        ] as [([UInt8], UInt16)]
    )
    func `refuses a bad header before its payload comes`(feeding: Feeding, input: (bytes: [UInt8], code: UInt16)) {
        let result = decode(input.bytes, feeding)
        #expect(result.frames.isEmpty)
        #expect(result.error?.closeCode.rawValue == input.code)
    }

    @Test func `refuses a masked frame from a server`() {
        #expect(decode([0x81, 0x80], role: .client).error?.closeCode == .protocolError)
    }

    @Test func `accepts a message of exactly the limit`() {
        let frame = Frame(opcode: .text, payload: [UInt8](repeating: 65, count: 300))
        #expect(decode(FrameEncoder.encode(frame, mask: Self.key), limit: 300).frames == [frame])
        #expect(decode(FrameEncoder.encode(frame, mask: Self.key), limit: 299).error?.closeCode == .tooBig)
    }

    @Test func `repeats its error for good`() {
        var decoder = FrameDecoder(role: .server)
        decoder.feed([0xFF, 0xFF])
        let error = WebSocketProtocolError(closeCode: .protocolError, reason: "reserved bits are set")
        #expect(throws: error) { try decoder.next() }
        decoder.feed(FrameEncoder.text("a", mask: Self.key))
        #expect(throws: error) { try decoder.next() }
    }

    @Test(arguments: 0..<20)
    func `unmasks as masking byte by byte does`(length: Int) {
        let plain = (0..<length).map { UInt8($0 &* 13) }
        let key: [UInt8] = [0xF7, 0x21, 0x3B, 0x9A]
        for start in 0...3 where start <= length {
            var bytes = plain
            Self.key.apply(to: &bytes, from: start)
            let expected = plain.enumerated().map { $0 < start ? $1 : $1 ^ key[($0 - start) % 4] }
            #expect(bytes == expected)
        }
    }
}
