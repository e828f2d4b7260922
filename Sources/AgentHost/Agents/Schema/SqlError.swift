/// What the agent's database refused.
public struct SqlError: Error, Sendable, CustomStringConvertible {
    /// The statement, with a `?` for each value.
    public let query: String
    /// The refusal itself.
    public let cause: any Error

    /// The text the SDK gives.
    public var description: String { "SQL query failed: \(cause)" }
}
