import DurableActors

/// How a response's body is framed, and the field that says so.
struct BodyPlan {
    let stage: ResponseEncoder.Stage
    let field: (name: String, value: String)?

    /// Chooses the framing of a final response.
    ///
    /// - Parameters:
    ///   - status: The final status code.
    ///   - method: The request's method.
    ///   - minorVersion: The request's minor version.
    ///   - headers: The response's fields, of which `Content-Length` may count.
    ///   - body: What is known of the body's length.
    /// - Throws: `HTTPEncodeError.invalidHeaderValue` for a `Content-Length` that counts and is not one number.
    init(
        status: Int,
        method: String,
        minorVersion: Int,
        _ headers: Headers,
        _ body: ResponseEncoder.BodyLength
    ) throws(HTTPEncodeError) {
        let isConnected = method == "CONNECT" && (200..<300).contains(status)
        if status == 204 || isConnected {
            (stage, field) = (.bodiless, nil)
        } else if status == 205 {
            (stage, field) = (.bodiless, Self.lengthField(0))
        } else if method == "HEAD" || status == 304 {
            (stage, field) = (.bodiless, try Self.announcedOnly(headers, body, isHead: method == "HEAD"))
        } else if case .known(let length) = body {
            (stage, field) = (.fixed(announced: length, remaining: length), Self.lengthField(length))
        } else if let length = try Self.givenLength(headers) {
            (stage, field) = (.fixed(announced: length, remaining: length), Self.lengthField(length))
        } else if minorVersion == 0 {
            (stage, field) = (.untilClose, nil)
        } else {
            (stage, field) = (.chunked, ("Transfer-Encoding", "chunked"))
        }
    }

    /// Returns the length a GET would have been answered with, as far as it is known.
    private static func announcedOnly(
        _ headers: Headers,
        _ body: ResponseEncoder.BodyLength,
        isHead: Bool
    ) throws(HTTPEncodeError) -> (String, String)? {
        if let length = try givenLength(headers) { return lengthField(length) }
        guard isHead, case .known(let length) = body else { return nil }
        return lengthField(length)
    }

    private static func givenLength(_ headers: Headers) throws(HTTPEncodeError) -> Int? {
        guard let text = headers.get("content-length") else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text) else {
            throw .invalidHeaderValue(name: "Content-Length")
        }
        return length
    }

    private static func lengthField(_ length: Int) -> (String, String) {
        ("Content-Length", String(length))
    }
}

extension ResponseEncoder.Stage {
    /// Whether only the connection's end tells where the body ends.
    var endsWithConnection: Bool {
        if case .untilClose = self { true } else { false }
    }
}
