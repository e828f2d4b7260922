package import DurableActors

/// A response's first line and header fields.
package struct ResponseHead: Sendable, Equatable {
    /// The status code, 100 to 999.
    package var status: Int

    /// The reason phrase, possibly empty.
    package var statusText: String

    /// The y of `HTTP/1.y`: 0 or 1.
    package var minorVersion: Int

    /// The header fields in the order and spelling they were sent in.
    package var headers: Headers

    /// Makes a head from its parts, without checking them.
    package init(status: Int, statusText: String = "", minorVersion: Int = 1, headers: Headers = Headers()) {
        self.status = status
        self.statusText = statusText
        self.minorVersion = minorVersion
        self.headers = headers
    }

    /// Whether another request may be sent over the connection after this response.
    package var keepAlive: Bool {
        guard !headers.hasToken("close", in: "connection") else { return false }
        return minorVersion >= 1 || headers.hasToken("keep-alive", in: "connection")
    }

    /// Reads a status line without its line end, tolerating a missing space before an empty reason phrase.
    init(statusLine bytes: ArraySlice<UInt8>) throws(HTTPParseError) {
        let parts = bytes.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[1].count == 3, parts[1].allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .badRequest("The status line is malformed.")
        }
        let phrase = parts.count == 3 ? parts[2] : []
        let code = parts[1].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard code >= 100, phrase.allSatisfy(Headers.isValueByte) else {
            throw .badRequest("The status line is malformed.")
        }
        status = code
        statusText = String(decoding: phrase, as: UTF8.self)
        minorVersion = try RequestLine.minorVersion(parts[0])
        headers = Headers()
    }

    /// Reads how the body's length is told.
    func framing(answering method: String, limits: HTTPLimits) throws(HTTPParseError) -> MessageFraming {
        let isConnected = method == "CONNECT" && (200..<300).contains(status)
        guard method != "HEAD", status >= 200, status != 204, status != 304, !isConnected else { return .none }
        guard headers.has("content-length") || headers.has("transfer-encoding") else { return .untilClose }
        return try MessageFraming.read(headers, minorVersion: minorVersion, maxBodyBytes: limits.maxBodyBytes)
    }
}
