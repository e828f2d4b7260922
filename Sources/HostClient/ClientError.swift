/// Why a client could not do what it was asked.
public struct ClientError: Error, Sendable, CustomStringConvertible {
    /// What was tried, and what happened.
    public let description: String

    /// Makes an error.
    public init(_ description: String) { self.description = description }
}
