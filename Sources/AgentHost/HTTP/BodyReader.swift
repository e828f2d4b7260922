import DurableActors

/// A piece of a body, or its end.
enum BodyEvent: Sendable {
    case data([UInt8])
    case end(trailers: Headers)
}

/// The state of a body of any framing.
enum BodyReader: Sendable {
    case fixed(remaining: Int)
    case chunked(ChunkedDecoder)
    case untilClose(received: Int)

    /// Makes the reader for a message's framing.
    init(_ framing: MessageFraming) {
        switch framing {
        case .none: self = .fixed(remaining: 0)
        case .fixed(let length): self = .fixed(remaining: length)
        case .chunked: self = .chunked(ChunkedDecoder())
        case .untilClose: self = .untilClose(received: 0)
        }
    }

    /// Returns the next piece or the end, or nil when more bytes are needed.
    ///
    /// - Parameters:
    ///   - queue: Where the bytes come from.
    ///   - limits: How long the body may be.
    ///   - isEnded: Whether the peer has closed the connection, so that nothing follows the queued bytes.
    /// - Returns: A piece with at least one byte, the end, or nil.
    /// - Throws: `HTTPParseError` with status 400, 413 or 431.
    mutating func next(
        _ queue: inout ByteQueue,
        limits: HTTPLimits,
        isEnded: Bool
    ) throws(HTTPParseError) -> BodyEvent? {
        switch self {
        case .fixed(remaining: 0):
            return .end(trailers: Headers())
        case .fixed(let remaining):
            guard queue.count > 0 else { return nil }
            let piece = queue.take(min(remaining, queue.count))
            self = .fixed(remaining: remaining - piece.count)
            return .data(piece)
        case .chunked(var decoder):
            let event = try decoder.next(&queue, limits: limits)
            self = .chunked(decoder)
            return event
        case .untilClose(let received):
            guard queue.count > 0 else { return isEnded ? .end(trailers: Headers()) : nil }
            guard received < limits.maxBodyBytes else {
                throw HTTPParseError(status: 413, reason: "The body is longer than \(limits.maxBodyBytes) bytes.")
            }
            let piece = queue.take(min(queue.count, limits.maxBodyBytes - received))
            self = .untilClose(received: received + piece.count)
            return .data(piece)
        }
    }
}
