/// Why a message cannot be put on the wire; nothing was encoded when one is thrown.
package enum HTTPEncodeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The status code is not within 100 and 999.
    case invalidStatus(Int)

    /// The method, target or reason phrase has a character that would break the first line.
    case invalidStartLine(String)

    /// A header name is not an RFC 9110 token.
    case invalidHeaderName(String)

    /// The value of the named header has a control character, or is not what that header calls for.
    case invalidHeaderValue(name: String)

    /// The call does not fit what was encoded before, such as a chunk before the head.
    case outOfOrder(String)

    /// The body is longer or shorter than the announced number of bytes.
    case lengthMismatch(announced: Int)

    /// The error in words.
    package var description: String {
        switch self {
        case .invalidStatus(let status): "\(status) is not an HTTP status code."
        case .invalidStartLine(let text): "\(text.debugDescription) cannot stand in the first line of a message."
        case .invalidHeaderName(let name): "\(name.debugDescription) is not a header name."
        case .invalidHeaderValue(let name): "The value of header \(name) is not allowed there."
        case .outOfOrder(let reason): reason
        case .lengthMismatch(let announced): "The body does not have the announced \(announced) bytes."
        }
    }
}
