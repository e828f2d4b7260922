package import DurableActors

/// Encodes the answer to one request: optional interim heads, the final head, body pieces and the end.
///
/// The encoder owns the framing fields. It writes `Content-Length` when the length is known, chunks when it is not,
/// and leaves the body to be ended by the connection's end for HTTP/1.0. `Transfer-Encoding` fields given to it are
/// dropped; a given `Content-Length` counts for a streamed or absent body only. Text that would split a response is
/// refused with an error.
package struct ResponseEncoder: Sendable {
    /// How much is known of a body's length.
    package enum BodyLength: Sendable, Equatable {
        /// The body has exactly this many bytes.
        case known(Int)
        /// The body is made while it is sent; a valid `Content-Length` among the headers fixes its length.
        case streaming
    }

    enum Stage: Sendable {
        case head
        case fixed(announced: Int, remaining: Int)
        case chunked
        case untilClose
        case bodiless
        case ended
    }

    private let method: String
    private let minorVersion: Int
    var stage = Stage.head

    /// Whether the connection has to be closed once everything encoded is written.
    package private(set) var closesConnection: Bool

    /// Makes the encoder for the answer to a request.
    ///
    /// - Parameters:
    ///   - head: The request's head.
    ///   - keepAlive: False to close the connection even though the client would keep it.
    package init(answering head: RequestHead, keepAlive: Bool = true) {
        self.init(method: head.method, minorVersion: head.minorVersion, keepAlive: keepAlive && head.keepAlive)
    }

    /// Makes an encoder from what it needs to know of the request; the default suits one that could not be parsed.
    package init(method: String = "GET", minorVersion: Int = 1, keepAlive: Bool = false) {
        self.method = method
        self.minorVersion = minorVersion
        closesConnection = !keepAlive
    }

    /// Encodes the head of an interim (1xx) or of the final response.
    ///
    /// - Parameters:
    ///   - status: The status code; after one in 100...199 except 101 another head follows.
    ///   - statusText: The reason phrase, or nil for the registered one.
    ///   - headers: The fields to send, besides those the encoder owns.
    ///   - body: What is known of the body's length.
    ///   - date: The time for the `Date` field in seconds since 1970, used unless `headers` has one.
    /// - Returns: The bytes to write.
    /// - Throws: `HTTPEncodeError`, leaving the encoder as it was, so that an error response can be sent instead.
    package mutating func encodeHead(
        status: Int,
        statusText: String? = nil,
        headers: Headers,
        body: BodyLength,
        date: Int64
    ) throws(HTTPEncodeError) -> [UInt8] {
        var writer = HeadWriter()
        try writeHead(status, statusText, headers, body, date, to: &writer)
        return writer.bytes
    }

    /// Encodes a whole response at once.
    ///
    /// - Parameters:
    ///   - status: The final status code.
    ///   - statusText: The reason phrase, or nil for the registered one.
    ///   - headers: The fields to send, besides those the encoder owns.
    ///   - body: The body, left out where the method or status has none.
    ///   - date: The time for the `Date` field in seconds since 1970, used unless `headers` has one.
    /// - Returns: The bytes to write.
    /// - Throws: `HTTPEncodeError`, leaving the encoder as it was.
    package mutating func encodeWhole(
        status: Int,
        statusText: String? = nil,
        headers: Headers,
        body: [UInt8],
        date: Int64
    ) throws(HTTPEncodeError) -> [UInt8] {
        guard status >= 200 else { throw .invalidStatus(status) }
        var writer = HeadWriter(bodyBytes: body.count)
        try writeHead(status, statusText, headers, .known(body.count), date, to: &writer)
        if case .fixed = stage { writer.body(body) }
        stage = .ended
        return writer.bytes
    }

    private mutating func writeHead(
        _ status: Int,
        _ statusText: String?,
        _ headers: Headers,
        _ body: BodyLength,
        _ date: Int64,
        to writer: inout HeadWriter
    ) throws(HTTPEncodeError) {
        guard case .head = stage else { throw .outOfOrder("The head was already encoded.") }
        try Self.writeStatusLine(status, statusText, to: &writer)
        let isInformational = status < 200
        for (name, value) in headers where isInformational || !Self.isOwned(name) {
            try writer.field(name, value)
        }
        guard !isInformational else {
            writer.endLine()
            if status == 101 { stage = .ended }
            return
        }
        let plan = try BodyPlan(status: status, method: method, minorVersion: minorVersion, headers, body)
        let closes = closesConnection || plan.stage.endsWithConnection || headers.hasToken("close", in: "connection")
        if let line = plan.field { try writer.field(line.name, line.value) }
        try writeConnection(headers, closes: closes, to: &writer)
        if !headers.has("date") { try writer.field("Date", HTTPDate.format(epochSeconds: date)) }
        writer.endLine()
        stage = plan.stage
        closesConnection = closes
    }

    private static func writeStatusLine(
        _ status: Int,
        _ statusText: String?,
        to writer: inout HeadWriter
    ) throws(HTTPEncodeError) {
        guard (100...999).contains(status) else { throw .invalidStatus(status) }
        let phrase = statusText ?? ReasonPhrase.text(for: status)
        guard Headers.isValidValue(phrase) else { throw .invalidStartLine(phrase) }
        writer.literal("HTTP/1.1 \(status) \(phrase)\r\n")
    }

    private func writeConnection(
        _ headers: Headers,
        closes: Bool,
        to writer: inout HeadWriter
    ) throws(HTTPEncodeError) {
        var options = headers.elements(of: "connection").filter { option in
            !["close", "keep-alive"].contains { Headers.namesMatch($0, String(option)) }
        }
        if closes {
            options.append("close")
        } else if minorVersion == 0 {
            options.append("keep-alive")
        }
        guard !options.isEmpty else { return }
        try writer.field("Connection", options.joined(separator: ", "))
    }

    private static func isOwned(_ name: String) -> Bool {
        ["connection", "content-length", "transfer-encoding"].contains { Headers.namesMatch($0, name) }
    }
}
