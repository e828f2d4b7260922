/// The shards in the order in which one node prefers them, each with the node's score for it.
///
/// Both follow from the node's name and weight alone, for ever: a change here would move nearly every object of every
/// cluster. The name's bytes are hashed with FNV-1a (64 bits), the hash seeds SplitMix64, and each step draws two words:
/// one picks the shard among those that are left, the other the place of `u` within the step's share of (0, 1). The
/// score is `-weight / ln(u)`. Since each step has a share of its own the scores of a node are spread evenly, and fall.
///
/// Only additions, multiplications, divisions and conversions are done with floating point, which IEEE 754 rounds the
/// same on every machine; a system's own logarithm need not.
struct ShardWalk: Sendable {
    private var state: UInt64
    private let weight: Double
    private let count: Int
    /// Those in front of `left` have not been passed yet.
    private var order: [UInt16]
    private var left: Int
    /// The shard that the node prefers of those that are left; meaningless at the end.
    private(set) var shard = 0
    /// The node's score for it.
    private(set) var score = 0.0

    init(name: String, weight: Double, count: Int) {
        state = Self.hash(name)
        self.weight = weight
        self.count = count
        order = Array(0..<UInt16(count))
        left = count
        advance()
    }

    /// Goes to the next shard; false at the end.
    @discardableResult mutating func advance() -> Bool {
        guard left > 0 else { return false }
        // The upper half times the count, so that no modulo favours low numbers.
        let picked = Int(((draw() >> 32) &* UInt64(left)) >> 32)
        left -= 1
        shard = Int(order[picked])
        order[picked] = order[left]
        // 41 bits behind the point and at most 12 in front of it: nothing is rounded, so `u` is neither 0 nor 1.
        let fraction = Double(draw() >> 24 &* 2 &+ 1) / 0x1p41
        score = -weight / Self.logarithm((Double(left) + fraction) / Double(count))
        return true
    }

    private mutating func draw() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    private static func hash(_ name: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }

    /// The natural logarithm of a number in (0, 1), below zero.
    static func logarithm(_ number: Double) -> Double {
        // `m` in [1/√2, √2), so that the series of artanh converges fast and nothing cancels near 1.
        var (exponent, m) = (Double(number.exponent), number.significand)
        if m > 1.414_213_562_373_095_1 { (exponent, m) = (exponent + 1, m / 2) }
        let s = (m - 1) / (m + 1)
        let square = s * s
        var sum = 0.0
        var divisor = 21.0
        while divisor > 0 {
            sum = sum * square + 1 / divisor
            divisor -= 2
        }
        return exponent * 0.693_147_180_559_945_3 + 2 * s * sum
    }
}
