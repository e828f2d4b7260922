/// A text that the host answers with another, without waking the object: for `ctx.setWebSocketAutoResponse`.
public struct WebSocketRequestResponsePair: Sendable, Equatable {
    /// The longest request and the longest response, in UTF-8 bytes.
    public static let maximumBytes = 2048

    /// The text message that is answered; it must match byte for byte.
    public let request: String
    /// The answer.
    public let response: String

    /// Makes a pair; its lengths are checked where it is set.
    public init(request: String, response: String) {
        self.request = request
        self.response = response
    }

    /// Whether both pairs have the same bytes.
    public static func == (left: Self, right: Self) -> Bool {
        left.request.utf8.elementsEqual(right.request.utf8) && left.response.utf8.elementsEqual(right.response.utf8)
    }

    func check() throws(DurableObjectError) {
        let (asked, answered) = (request.utf8.count, response.utf8.count)
        if asked > Self.maximumBytes {
            throw DurableObjectError(
                .invalidArgument,
                "Request cannot be larger than 2048 bytes. A request of size \(asked) was provided.",
                name: "RangeError"
            )
        }
        if answered > Self.maximumBytes {
            throw DurableObjectError(
                .invalidArgument,
                "Response cannot be larger than 2048 bytes. A response of size \(answered) was provided.",
                name: "RangeError"
            )
        }
    }
}
