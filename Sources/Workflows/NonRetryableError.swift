/// What a step's closure throws to fail at once, whatever retries are left.
public struct NonRetryableError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The message the instance's error will have.
    public let message: String
    /// The name the instance's error will have.
    public let name: String

    /// Makes the error.
    public init(_ message: String, name: String = "NonRetryableError") {
        self.message = message
        self.name = name
    }

    /// The name, a colon and the message.
    public var description: String { "\(name): \(message)" }
}

/// Thrown into code of a lifetime that is over; whatever that code makes of it has no effect.
package struct WorkflowSuspension: Error {}
