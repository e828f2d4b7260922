package import DurableActors

/// How the length of a message's body is told.
package enum MessageFraming: Sendable, Equatable {
    /// There is no body.
    case none
    /// The body has this many bytes.
    case fixed(Int)
    /// The body comes in chunks.
    case chunked
    /// The body lasts until the connection ends; for responses only.
    case untilClose

    /// Reads the framing fields of a message, refusing everything two readers could understand differently.
    ///
    /// - Parameters:
    ///   - headers: The message's header fields.
    ///   - minorVersion: The message's minor version; HTTP/1.0 knows no transfer coding.
    ///   - maxBodyBytes: The longest body to accept.
    /// - Returns: The framing, `none` when no field tells of a body.
    /// - Throws: `HTTPParseError` with status 400, 413 or 501.
    package static func read(
        _ headers: Headers,
        minorVersion: Int,
        maxBodyBytes: Int
    ) throws(HTTPParseError) -> Self {
        let lengths = headers.getAll("content-length")
        let codings = headers.getAll("transfer-encoding")
        if codings.isEmpty {
            guard let length = try contentLength(lengths) else { return .none }
            guard length <= maxBodyBytes else {
                throw HTTPParseError(status: 413, reason: "The body is longer than \(maxBodyBytes) bytes.")
            }
            return .fixed(length)
        }
        guard lengths.isEmpty else {
            throw .badRequest("The message has both Content-Length and Transfer-Encoding.")
        }
        guard minorVersion >= 1 else { throw .badRequest("HTTP/1.0 has no Transfer-Encoding.") }
        try requireChunked(codings.joined(separator: ","))
        return .chunked
    }

    /// Returns the common value of the Content-Length fields; a value too great for `Int` becomes `Int.max`.
    private static func contentLength(_ values: [String]) throws(HTTPParseError) -> Int? {
        guard let first = values.first else { return nil }
        guard values.allSatisfy({ $0 == first }) else { throw .badRequest("The Content-Length fields differ.") }
        guard !first.isEmpty, first.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .badRequest("The Content-Length is not a number.")
        }
        return Int(first) ?? Int.max
    }

    private static func requireChunked(_ list: String) throws(HTTPParseError) {
        let codings = list.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
            Headers([("coding", String(Substring($0)))]).get("coding") ?? ""
        }
        guard codings.allSatisfy(Headers.isValidName) else {
            throw .badRequest("The Transfer-Encoding is malformed.")
        }
        let chunked = codings.map { Headers.namesMatch($0, "chunked") }
        guard chunked.last == true, !chunked.dropLast().contains(true) else {
            throw .badRequest("The Transfer-Encoding must end with chunked, once.")
        }
        guard codings.count == 1 else {
            throw HTTPParseError(status: 501, reason: "Only the chunked transfer coding is supported.")
        }
    }
}
