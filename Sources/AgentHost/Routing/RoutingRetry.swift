internal import DurableActors

/// Tries an entry into an agent again that has met a passing trouble of the runtime.
struct RoutingRetry {
    /// How often it is tried again.
    static let limit = 3
    private static let baseMilliseconds = 100.0
    private static let longestMilliseconds = 800.0

    let world: World
    let isOn: Bool

    /// Whether another try may succeed: the trouble is the runtime's, and not that it has too much to do.
    static func isWorthwhile(_ error: any Error) -> Bool {
        guard let error = error as? DurableObjectError else { return false }
        return error.retryable && !error.overloaded
    }

    func run<Result: Sendable>(_ entry: () async throws -> Result) async throws -> Result {
        var tries = 0
        while true {
            do {
                return try await entry()
            } catch  where isOn && tries < Self.limit && Self.isWorthwhile(error) {
                tries += 1
                let bound = min(Self.baseMilliseconds * Double(1 << tries), Self.longestMilliseconds)
                try await world.sleep(milliseconds: UInt64(world.random.unit() * bound))
            }
        }
    }
}
