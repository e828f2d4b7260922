package import DurableActors

/// A request's first line and header fields.
package struct RequestHead: Sendable, Equatable {
    /// The method, in the case it was sent in.
    package var method: String

    /// The request target exactly as sent.
    package var target: String

    /// The y of `HTTP/1.y`: 0 or 1.
    package var minorVersion: Int

    /// The header fields in the order and spelling they were sent in.
    package var headers: Headers

    /// Makes a head from its parts, without checking them.
    package init(method: String, target: String, minorVersion: Int = 1, headers: Headers = Headers()) {
        self.method = method
        self.target = target
        self.minorVersion = minorVersion
        self.headers = headers
    }

    /// Whether the client wants the connection kept open after the answer.
    package var keepAlive: Bool {
        guard !headers.hasToken("close", in: "connection") else { return false }
        return minorVersion >= 1 || headers.hasToken("keep-alive", in: "connection")
    }

    /// The announced length of the body in bytes, or nil when none is announced.
    package var contentLength: Int? {
        headers.getAll("content-length").first.flatMap { Int($0) }
    }

    /// Whether the body comes in chunks.
    package var isChunked: Bool {
        headers.hasToken("chunked", in: "transfer-encoding")
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool {
        minorVersion >= 1 && headers.hasToken("100-continue", in: "expect")
    }

    /// The host and port the request is for: that of an absolute target, else the Host field.
    ///
    /// A parsed HTTP/1.1 request always has one; an HTTP/1.0 request may have none.
    package var authority: String? {
        parsedTarget?.authority ?? headers.getAll("host").first
    }

    /// The target's path with its query, whatever form the target has.
    package var pathAndQuery: String {
        parsedTarget?.pathAndQuery ?? target
    }

    /// The parts of the target, or nil for a head made by hand whose target has no valid form.
    package var parsedTarget: RequestTarget? {
        // Nil is the answer: only a head that no parser made can have a target without a form.
        try? RequestTarget(target, method: method)
    }
}
