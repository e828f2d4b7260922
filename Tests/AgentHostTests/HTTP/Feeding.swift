/// The ways the same bytes can arrive.
enum Feeding: CaseIterable, Sendable {
    case whole
    case byteByByte
    case inSevens

    func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        let size =
            switch self {
            case .whole: max(bytes.count, 1)
            case .byteByByte: 1
            case .inSevens: 7
            }
        return stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }
}

/// A small generator whose numbers follow from its seed alone (xorshift64*).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

extension SeededGenerator {
    /// Changes, removes, repeats or inserts a few bytes.
    mutating func mutate(_ bytes: [UInt8], alphabet: [UInt8]) -> [UInt8] {
        var mutated = bytes
        for _ in 0..<Int.random(in: 1...2, using: &self) where !mutated.isEmpty {
            let index = Int.random(in: 0..<mutated.count, using: &self)
            let byte = alphabet.randomElement(using: &self) ?? UInt8.random(in: 0...255, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0: mutated[index] = UInt8.random(in: 0...255, using: &self)
            case 1: mutated[index] = byte
            case 2: mutated.insert(byte, at: index)
            case 3: mutated.remove(at: index)
            default:
                let end = min(index + Int.random(in: 1...20, using: &self), mutated.count)
                mutated.insert(contentsOf: mutated[index..<end], at: index)
            }
        }
        return mutated
    }
}
