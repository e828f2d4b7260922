internal import DurableActors

/// An error of a workflow in the form in which it is stored: a name and a message.
///
/// Whatever a step's closure throws reaches `run` in this form, the first time and in every replay alike. The errors
/// of bindings and instances are compared with `==`, for one `catch WorkflowError.instanceNotFound`.
public struct WorkflowError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The kind of error, such as `WorkflowTimeoutError`, or the name of the Swift type that was thrown.
    public let name: String
    /// What happened, for people.
    public let message: String

    /// Makes an error; the name defaults to that of bindings' errors.
    public init(name: String = "WorkflowError", _ message: String) {
        self.name = name
        self.message = message
    }

    /// Brings any error into the stored form.
    public init(erasing error: any Error) {
        let (name, message) =
            switch error {
            case let error as WorkflowError: (error.name, error.message)
            case let error as NonRetryableError: (error.name, error.message)
            case let error as DurableObjectError: (error.name, error.message)
            default: (String(describing: type(of: error)), String(describing: error))
            }
        self.init(name: Self.cut(name), Self.cut(message))
    }

    /// The most UTF-8 bytes of a name or message that are stored: 16 KiB.
    private static let storedBytes = 16_384

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > storedBytes else { return text }
        return String(decoding: text.utf8.prefix(storedBytes), as: UTF8.self) + "…"
    }

    /// The name, a colon and the message.
    public var description: String { "\(name): \(message)" }

    /// Lets `catch WorkflowError.instanceNotFound` match.
    public static func ~= (pattern: WorkflowError, error: any Error) -> Bool { error as? WorkflowError == pattern }
}
