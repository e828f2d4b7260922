/// Why a simulated run could not go on; the text names the phase and the seed, with which it can be replayed.
public struct SimulationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, as a set that can grow.
    public struct Code: Sendable, Hashable, RawRepresentable {
        /// The name of the code.
        public let rawValue: String
        /// Makes a code from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Nothing is ready, no timer is set, and the body has not ended.
        public static let deadlock = Code(rawValue: "deadlock")
        /// Only a timer could go on, and the run was told not to advance time.
        public static let waitsForTime = Code(rawValue: "waitsForTime")
        /// The bound on steps was reached before the body ended.
        public static let livelock = Code(rawValue: "livelock")
    }

    /// What went wrong.
    public let code: Code
    /// What the run was called.
    public let phase: String
    /// The seed of the world.
    public let seed: UInt64
    /// The state of the world in words.
    public let detail: String

    /// Phase, seed and what was found.
    public var description: String { "\(code.rawValue) in \"\(phase)\" with seed \(seed): \(detail)" }
}
