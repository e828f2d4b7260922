/// An error of the application, with the HTTP status it is answered with.
public struct TaskAgentError: Error, Sendable, CustomStringConvertible {
    /// The HTTP status.
    public let status: Int
    /// The text, which is all that clients see.
    public let description: String

    static func invalid(_ text: String) -> TaskAgentError { TaskAgentError(status: 400, description: text) }
    static func unauthorized(_ text: String) -> TaskAgentError { TaskAgentError(status: 401, description: text) }
    static func noCredits() -> TaskAgentError { TaskAgentError(status: 402, description: "Insufficient credits") }
    static func notFound(_ text: String) -> TaskAgentError { TaskAgentError(status: 404, description: text) }
    static func conflict(_ text: String) -> TaskAgentError { TaskAgentError(status: 409, description: text) }
}
