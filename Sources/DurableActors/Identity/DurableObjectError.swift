/// An error of the runtime, as a caller sees it: the texts and flags that Durable Objects have.
///
/// Match on `code`; `message` is for people. The flags tell a caller what to do: try again soon (`retryable`), not soon
/// (`overloaded`), or with a new stub (`durableObjectReset`).
public struct DurableObjectError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// What happened, as a set that can grow.
    public struct Code: Sendable, Hashable, RawRepresentable, Codable {
        /// The name of the code, for logs.
        public let rawValue: String
        /// Makes a code from its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A bad argument; a `TypeError` or `RangeError` in JavaScript.
        public static let invalidArgument = Code(rawValue: "invalidArgument")
        /// The object was reset: by `abort`, a failed write, a failed constructor or critical section.
        public static let reset = Code(rawValue: "reset")
        /// A write did not become durable.
        public static let storage = Code(rawValue: "storage")
        /// A limit of time or load was passed.
        public static let overloaded = Code(rawValue: "overloaded")
        /// The class or method that was called does not exist here.
        public static let notFound = Code(rawValue: "notFound")
        /// The host is going down or the connection ended.
        public static let disconnected = Code(rawValue: "disconnected")
        /// The node that has the object cannot be reached, or is to get the object first; nothing was done.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The object is on another node, and this can be done there only.
        public static let elsewhere = Code(rawValue: "elsewhere")
        /// The API is not part of this version, or not for this kind of object.
        public static let unsupported = Code(rawValue: "unsupported")
    }

    /// What happened.
    public let code: Code
    /// The text a caller sees.
    public var message: String
    /// The JavaScript class of the error: `Error`, `TypeError` or `RangeError`.
    public var name: String
    /// Thrown by the object called, not on the way to it.
    public var remote: Bool
    /// A passing trouble of the infrastructure; the same call may succeed.
    public var retryable: Bool
    /// Do not call again soon.
    public var overloaded: Bool
    /// The object was reset as part of this failure; its stub is of no more use.
    public var durableObjectReset: Bool
    /// The object's id in hexadecimal, where one is known.
    public var durableObjectId: String?

    /// Makes an error; flags are off unless given.
    public init(
        _ code: Code,
        _ message: String,
        name: String = "Error",
        remote: Bool = false,
        retryable: Bool = false,
        overloaded: Bool = false,
        durableObjectReset: Bool = false,
        durableObjectId: String? = nil
    ) {
        self.code = code
        self.message = message
        self.name = name
        self.remote = remote
        self.retryable = retryable
        self.overloaded = overloaded
        self.durableObjectReset = durableObjectReset
        self.durableObjectId = durableObjectId
    }

    /// The message alone, as JavaScript's `error.message`.
    public var description: String { message }

    /// A bad argument.
    package static func typeError(_ message: String) -> DurableObjectError {
        DurableObjectError(.invalidArgument, message, name: "TypeError")
    }

    /// What callers of an object see that was reset because of `cause`.
    package static func reset(because cause: any Error, of id: DurableObjectId) -> DurableObjectError {
        var error = (cause as? DurableObjectError) ?? DurableObjectError(.reset, String(describing: cause))
        error.remote = true
        error.durableObjectReset = true
        error.durableObjectId = id.description
        return error
    }
}
