internal import DurableActors

/// What the agent's database refused.
public struct SqlError: Error, Sendable, CustomStringConvertible {
    /// The statement, with a `?` for each value.
    public let query: String
    /// The refusal itself.
    public let cause: any Error

    /// The text the SDK gives.
    public var description: String { "SQL query failed: \(cause)" }
}

/// How it travels between nodes: with its cause, as that travels by itself.
extension SqlError: Codable {
    private enum CodingKeys: String, CodingKey {
        case query
        case cause
    }

    /// Reads an error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        query = try container.decode(String.self, forKey: .query)
        cause = try container.decode(ForwardedError.self, forKey: .cause).error
    }

    /// Writes the error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(query, forKey: .query)
        try container.encode(ForwardedError(cause), forKey: .cause)
    }
}
