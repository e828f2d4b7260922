/// Why a call, a stream or a client could not do what it was asked.
public enum AgentClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The connection ended while the call was under way, or the client has ended.
    case connectionClosed
    /// No answer came in time; the agent may have run the method all the same.
    case timedOut(method: String, milliseconds: Int64)
    /// The agent answered with an error, whose text this is.
    case failed(String)
    /// The reader of a stream was further behind than `maximumUnreadChunks`.
    case readerTooSlow(method: String)
    /// What came does not have the type that was asked for.
    case unexpectedValue(String)
    /// The options name no address.
    case invalidAddress(String)

    /// The error in words; those that the SDK has too are in its words.
    public var description: String {
        switch self {
        case .connectionClosed: "Connection closed"
        case .timedOut(let method, let milliseconds): "RPC call to \(method) timed out after \(milliseconds)ms"
        case .failed(let text): text
        case .readerTooSlow(let method): "The stream of \(method) was not read fast enough"
        case .unexpectedValue(let text): text
        case .invalidAddress(let text): text
        }
    }
}

/// The agent has turned the client away for good: by close code 1008 or 4000 to 4999.
public struct AgentConnectionError: Error, Sendable, Equatable {
    /// The close code.
    public let code: Int
    /// The text that came with it.
    public let reason: String
}
