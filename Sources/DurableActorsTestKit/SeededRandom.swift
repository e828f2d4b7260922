public import DurableActors
internal import Synchronization

/// The generator SplitMix64 (Steele, Lea and Flood, 2014): the same seed gives the same numbers.
public final class SeededRandom: RandomSource {
    private let state: Atomic<UInt64>

    /// Starts the sequence of a seed.
    public init(seed: UInt64) { state = Atomic(seed) }

    /// The next 64 bits of the sequence; callable from any thread.
    public func next() -> UInt64 {
        var word = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// A number in `0 ..< bound`, for choices of a test; `bound` must be positive.
    public func below(_ bound: Int) -> Int {
        precondition(bound > 0, "There is nothing to choose from.")
        return Int(next() % UInt64(bound))
    }
}
