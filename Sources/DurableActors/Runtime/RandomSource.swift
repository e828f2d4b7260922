/// Where randomness comes from: ids, tickets, jitter.
///
/// Production reads the kernel's generator; a test supplies a seeded one, so that a run can be replayed.
public protocol RandomSource: Sendable {
    /// The next 64 random bits; callable from any thread.
    func next() -> UInt64
}

extension RandomSource {
    /// Random bytes, `count` of them.
    public func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        while result.count < count {
            let word = next()
            for shift in stride(from: 0, to: 64, by: 8) where result.count < count {
                result.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return result
    }

    /// A random text of `count` characters from the 64 letters `A-Za-z0-9_-`.
    public func token(_ count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-".utf8)
        return String(decoding: bytes(count).map { alphabet[Int($0 & 63)] }, as: UTF8.self)
    }

    /// A random number in 0 ..< 1 with 53 bits.
    public func unit() -> Double {
        Double(next() >> 11) / Double(1 << 53)
    }

    /// A random version 4 UUID as lower-case text.
    public func uuid() -> String {
        var raw = bytes(16)
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        let digits = Hex.encode(raw)
        let cuts = [0, 8, 12, 16, 20, 32]
        return zip(cuts, cuts.dropFirst()).map { digits.utf8Slice($0, $1) }.joined(separator: "-")
    }
}

/// The kernel's random generator.
public struct SystemRandom: RandomSource {
    /// Makes the source; it has no state.
    public init() {}

    /// The next 64 random bits from the kernel.
    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
