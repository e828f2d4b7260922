/// One thing to measure: how to set it up, how to run it for a while, and what its figure stands beside.
///
/// Slices run on the global concurrent executor, never on the main actor.
public struct BenchmarkCase: Sendable {
    /// What a case runs between its set-up and its tear-down.
    public struct Prepared: Sendable {
        let slice: @Sendable @concurrent (Duration) async throws -> SliceResult
        let tearDown: @Sendable @concurrent () async throws -> Void
    }

    /// Names another case whose figure stands beside this one's.
    public struct Beside: Sendable, Equatable, ExpressibleByStringLiteral {
        /// The other case's name.
        public let name: String
        /// What the other case's median is multiplied by before it is compared.
        public let scale: Double

        /// Refers to a case by name, its median multiplied by a scale.
        public init(_ name: String, times scale: Double = 1) {
            self.name = name
            self.scale = scale
        }

        /// Refers to a case by name, its median unchanged.
        public init(stringLiteral name: String) {
            self.init(name)
        }
    }

    /// The name, dotted from the general to the particular, such as `raw.lmdb.single`.
    public let name: String
    /// What the value counts, such as `commits/s`.
    public let unit: String
    /// The limit that the figure is compared with.
    public let limit: Beside?
    /// The peer that the figure is compared with.
    public let peer: Beside?
    /// What a reader has to know to interpret the value, if anything.
    public let note: String?
    let prepare: @Sendable @concurrent () async throws -> Prepared

    /// Creates a case without a fixture.
    public init(
        _ name: String,
        unit: String,
        limit: Beside? = nil,
        peer: Beside? = nil,
        note: String? = nil,
        slice: @escaping @Sendable @concurrent (Duration) async throws -> SliceResult
    ) {
        self.init(
            name,
            unit: unit,
            limit: limit,
            peer: peer,
            note: note,
            setUp: {},
            slice: { try await slice($1) }
        )
    }

    /// Creates a case with a fixture, which is set up once before the first round and torn down after the last.
    public init<Fixture: Sendable>(
        _ name: String,
        unit: String,
        limit: Beside? = nil,
        peer: Beside? = nil,
        note: String? = nil,
        setUp: @escaping @Sendable @concurrent () async throws -> Fixture,
        tearDown: @escaping @Sendable @concurrent (Fixture) async throws -> Void = { _ in },
        slice: @escaping @Sendable @concurrent (Fixture, Duration) async throws -> SliceResult
    ) {
        self.name = name
        self.unit = unit
        self.limit = limit
        self.peer = peer
        self.note = note
        prepare = {
            let fixture = try await setUp()
            return Prepared(
                slice: { try await slice(fixture, $0) },
                tearDown: { try await tearDown(fixture) }
            )
        }
    }
}
