import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// Frames on the wire.
@Suite struct LinkFrameTests {
    /// One frame of each kind, with and without what may be missing.
    static let samples: [LinkFrame] = [
        .proof([UInt8](0..<32)),
        .welcome(proof: [UInt8](repeating: 7, count: 32), attempts: 3),
        .end("The peer has said why: ü"),
        .end(""),
        .open(stream: 1, kind: 5, remaining: nil, isWhole: true, part: [1, 2, 3]),
        .open(stream: .max, kind: 255, remaining: 0, isWhole: false, part: []),
        .data(stream: 2, isWhole: true, part: []),
        .data(stream: 4, isWhole: false, part: ArraySlice([UInt8](repeating: 9, count: LinkFrame.maximumPart))),
        .finish(stream: 7),
        .reset(stream: 7, .lost(mayHaveArrived: true)),
        .reset(stream: 7, .lost(mayHaveArrived: false)),
        .reset(stream: 7, .deadlineExceeded),
        .reset(stream: 7, .cancelled),
        .reset(stream: 7, .refused(code: 65_535, text: "no")),
        .reset(stream: 7, .full),
        .reset(stream: 7, .closed),
        .reset(stream: 7, .tooLarge(bytes: 12)),
        .reset(stream: 7, .unknownPeer("c")),
        .credit(stream: 9, bytes: .max),
        .ping,
        .pong,
        .goodbye(last: 12),
    ]

    static func bytes(_ frames: [LinkFrame]) -> [UInt8] {
        var bytes: [UInt8] = []
        for frame in frames { frame.append(to: &bytes) }
        return bytes
    }

    /// Everything that comes out of a decoder, and how it ended.
    static func decode(
        _ pieces: [[UInt8]],
        maximum: Int = LinkFrame.maximumBytes
    ) -> (frames: [LinkFrame], end: LinkEnd?) {
        var decoder = LinkDecoder()
        var frames: [LinkFrame] = []
        do throws(LinkEnd) {
            for piece in pieces {
                decoder.append(piece)
                while let frame = try decoder.next(maximum: maximum) { frames.append(frame) }
            }
        } catch {
            return (frames, error)
        }
        return (frames, nil)
    }

    /// A body with its length before it.
    private static func framed(_ body: [UInt8]) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: body.count >> $0) } + body
    }

    @Test func `every frame comes back as it was, however the bytes are cut`() {
        let bytes = Self.bytes(Self.samples)
        for seed in UInt64(0)..<12 {
            let random = SeededRandom(seed: seed)
            var (pieces, rest): ([[UInt8]], ArraySlice<UInt8>) = ([], bytes[...])
            while !rest.isEmpty {
                let count = min(1 + random.below(seed < 2 ? 3 : 40_000), rest.count)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let (frames, end) = Self.decode(pieces)
            #expect(end == nil)
            #expect(frames == Self.samples, "seed \(seed)")
        }
    }

    @Test func `a frame that ends too early or goes on too long is refused`() {
        // What has no text and no message has one length.
        for frame in Self.samples {
            let body = Array(Self.bytes([frame]).dropFirst(4))
            switch frame {
            case .proof, .welcome, .finish, .credit, .ping, .pong, .goodbye:
                for count in [body.count + 1] + Array(1..<body.count) {
                    let other = Array((body + [0]).prefix(count))
                    #expect(Self.decode([Self.framed(other)]).end != nil, "\(frame) with \(count) bytes")
                }
            case .open:
                for count in 1..<19 { #expect(Self.decode([Self.framed(Array(body.prefix(count)))]).end != nil) }
            case .data:
                for count in 1..<10 { #expect(Self.decode([Self.framed(Array(body.prefix(count)))]).end != nil) }
            case .reset:
                for count in 1..<12 { #expect(Self.decode([Self.framed(Array(body.prefix(count)))]).end != nil) }
            case .hello, .end: break
            }
        }
    }

    @Test(
        arguments: [
            ([0, 0, 0, 0], "a frame is empty"),
            ([0, 0, 0, 1, 0], "there is no frame of kind 0"),
            ([0, 0, 0, 1, 13], "there is no frame of kind 13"),
            ([0, 0, 0, 11, 6, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0], "a flag is 2"),
            (
                [0, 0, 0, 12, 8, 0, 0, 0, 0, 0, 0, 0, 1, 9, 0, 0],
                "a stream is reset for a reason of kind 9, which there is not"
            ),
            ([0, 0, 0, 7, 1, 1, 2, 3, 4, 0, 1], "this is not a link"),
        ] as [([UInt8], String)]
    )
    func `what means nothing is refused with a reason`(bytes: [UInt8], reason: String) {
        #expect(Self.decode([bytes]).end == .violation(reason))
    }

    @Test func `a frame that is too long is refused before it has come`() {
        let length: [UInt8] = [0, 1, 0, 33]
        let reason = LinkEnd.violation("a frame has 65569 bytes, 65568 is the most")
        #expect(Self.decode([length]).end == reason)
        #expect(Self.decode([Array(length.dropLast())]).end == nil)
        var part = Self.framed([6, 0, 0, 0, 0, 0, 0, 0, 1, 1] + [UInt8](repeating: 0, count: LinkFrame.maximumPart))
        #expect(Self.decode([part]).end == nil)
        part = Self.framed([6, 0, 0, 0, 0, 0, 0, 0, 1, 1] + [UInt8](repeating: 0, count: LinkFrame.maximumPart + 1))
        #expect(Self.decode([part]).end == .violation("a part of a message is too long"))
    }

    @Test func `no bytes stop the process, and what is read of them does not depend on how they were cut`() {
        for seed in UInt64(0)..<500 {
            let random = SeededRandom(seed: seed)
            var bytes = random.bytes(random.below(200))
            if seed % 2 == 0 {
                // Frames with some bytes changed get further than noise.
                bytes = Self.bytes([Self.samples[random.below(Self.samples.count)], .ping, .finish(stream: 3)])
                for _ in 0..<1 + random.below(3) {
                    bytes[random.below(min(bytes.count, 40))] = UInt8(random.below(256))
                }
                bytes = Array(bytes.prefix(1 + random.below(min(bytes.count, 300))))
            }
            let whole = Self.decode([bytes])
            let single = Self.decode(bytes.map { [$0] })
            #expect(whole.frames == single.frames, "seed \(seed)")
            #expect(whole.end == single.end, "seed \(seed)")
        }
    }
}
