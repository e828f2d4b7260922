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

extension WorkflowError {
    /// `create` was given the id of an instance that exists.
    public static let instanceAlreadyExists = WorkflowError("(instance.already_exists) Instance already exists")
    /// No instance has that id.
    public static let instanceNotFound = WorkflowError("(instance.not_found) Instance does not exist")
    /// `create` was given a text that cannot be an id.
    public static let invalidId = WorkflowError("Workflow instance has invalid id")
    /// `terminate` came after the instance's end.
    public static let cannotTerminate = WorkflowError(
        "(instance.cannot_terminate) Cannot terminate instance since its on a finite state"
    )
    /// `sendEvent` came after the instance's end.
    public static let cannotSendEvent = WorkflowError("(instance.cannot_send_event) Instance is in a finite state")
    /// An event's type is not a word of letters, digits, `_` and `-`.
    public static let invalidEventType = WorkflowError("workflow.invalid_event_type")

    static func fatal(_ message: String) -> WorkflowError { WorkflowError(name: "WorkflowFatalError", message) }

    static func timedOut(after milliseconds: Int64) -> WorkflowError {
        WorkflowError(name: "WorkflowTimeoutError", "Execution timed out after \(milliseconds)ms")
    }

    static let internalFailure = WorkflowError(
        name: "WorkflowInternalError",
        "Attempt failed due to internal workflows error"
    )

    static func outputTooLarge(_ label: String) -> WorkflowError {
        WorkflowError(
            name: "WorkflowInternalError",
            "Step \(label) output is too large. Maximum allowed size is 1MiB."
        )
    }

    /// Whether a step that throws this is not tried again.
    var forbidsRetry: Bool { name == "NonRetryableError" || message.hasPrefix("NonRetryableError") }
}

/// What a step's closure throws to fail at once, whatever retries are left.
public struct NonRetryableError: Error, Sendable, Hashable, CustomStringConvertible {
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
