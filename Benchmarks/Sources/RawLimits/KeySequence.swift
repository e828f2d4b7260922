/// Which 16-byte keys a case writes, one after the other.
struct KeySequence: Sendable {
    /// The ways of choosing keys.
    enum Choice: Sendable {
        /// The same key every time.
        case single
        /// Each of a population of objects has one key, written over and over; neighbours in time are far apart.
        case objects(Int)
        /// A new random key every time.
        case random
    }

    /// A key, in its order in memory.
    typealias Key = (UInt64, UInt64)

    /// Coprime to every population that is not its multiple, and far from both its ends for some thousand objects.
    private static let stride = 7_919

    private let choice: Choice
    private var position = 0
    private var state: UInt64

    init(_ choice: Choice, seed: UInt64 = 0x5EED) {
        self.choice = choice
        state = seed
    }

    /// The keys to write once before measuring, so that every later write overwrites.
    var population: Int {
        switch choice {
        case .single: 1
        case .objects(let count): count
        case .random: 0
        }
    }

    mutating func next() -> Key {
        switch choice {
        case .single: return (0, 0)
        case .objects(let count):
            position = (position + Self.stride) % max(1, count)
            return (0, UInt64(position).bigEndian)
        case .random: return (random(), random())
        }
    }

    /// The next number of SplitMix64, as in https://prng.di.unimi.it/splitmix64.c.
    private mutating func random() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
