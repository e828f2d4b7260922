/// Why a call to a sandbox failed.
public struct SandboxError: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: String, Codable, Sendable {
        /// An id is empty or too long.
        case invalidIdentifier
        /// The request is malformed or asks for something impossible.
        case invalidRequest
        /// The sandbox has no process of that id.
        case unknownProcess
        /// The sandbox is being destroyed, or the supervisor is stopping.
        case busy
        /// A bound of the supervisor is reached; see ``SandboxLimits``.
        case limitReached
        /// The supervisor could not do it; the message says what the system answered.
        case systemFailure
        /// The supervisor could not be reached or started.
        case supervisorUnavailable
        /// The running supervisor speaks another version of the protocol.
        case incompatibleSupervisor
        /// The client was closed.
        case closed
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, in a sentence.
    public var message: String

    /// Makes an error of a kind with a sentence about it.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The kind and the sentence.
    public var description: String { "\(code.rawValue): \(message)" }
}
