/// Bytes that are not an acceptable HTTP message, with the status a server answers them with.
///
/// A parser that threw one is at an unknown place in its input and throws the same error from then on; the connection
/// has to be closed once the answer is written.
package struct HTTPParseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The status code of the answer; a client's parser always says 502.
    package let status: Int

    /// What is wrong with the message, free of the peer's own text.
    package let reason: String

    /// Makes an error from a status code and a reason.
    package init(status: Int, reason: String) {
        self.status = status
        self.reason = reason
    }

    /// The status code followed by the reason.
    package var description: String { "\(status): \(reason)" }

    static func badRequest(_ reason: String) -> Self {
        Self(status: 400, reason: reason)
    }
}
