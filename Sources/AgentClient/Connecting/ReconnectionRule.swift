/// When a client tries again, by the numbers of the Agents SDK's client.
public struct ReconnectionRule: Sendable {
    /// The wait before the first retry, in milliseconds.
    public var firstMilliseconds = 3000.0
    /// By how much each wait is longer than the one before.
    public var growth = 1.3
    /// The longest wait, in milliseconds.
    public var maximumMilliseconds = 10_000.0
    /// How much longer than that a wait may be by chance, as a part of it: so that the clients of a host that comes back
    /// do not all come at once.
    public var jitter = 0.1
    /// How long an attempt may take until the socket is open, in milliseconds.
    public var attemptMilliseconds: Int64 = 4000
    /// How long a socket must have been open for the waits to begin anew, in milliseconds.
    public var steadyMilliseconds: Int64 = 5000

    /// The SDK's numbers, and a jitter of a tenth.
    public init() {}

    /// The wait before a retry, in milliseconds; the first retry has number 1, `chance` is in 0 ..< 1.
    func delay(retry: Int, chance: Double) -> Int64 {
        var wait = firstMilliseconds
        for _ in 1..<max(retry, 1) where wait < maximumMilliseconds { wait *= growth }
        return Int64(min(wait, maximumMilliseconds) * (1 + jitter * chance))
    }

    /// Whether a close code says that the client must not come back.
    static func isTerminal(_ code: Int) -> Bool { code == 1008 || (4000...4999).contains(code) }
}
