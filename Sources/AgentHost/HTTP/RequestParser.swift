import DurableActors

/// An incremental, strict reader of HTTP/1.0 and HTTP/1.1 requests, pipelined ones included.
///
/// Feed it bytes as they arrive and call `next()` until it returns nil. It refuses whatever two readers of one
/// connection could understand differently, so that no request can be smuggled past a proxy in front of it. After an
/// upgrade, `takeRemainder()` hands over the bytes that belong to the new protocol.
package struct RequestParser: Sendable {
    private struct PartialHead: Sendable {
        var line: RequestLine
        var fields = FieldBlock()
    }

    private enum Stage: Sendable {
        case line(skippedBlank: Bool)
        case fields(PartialHead)
        case body(BodyReader)
        case failed(HTTPParseError)
    }

    private let limits: HTTPLimits
    private var queue = ByteQueue()
    private var stage = Stage.line(skippedBlank: false)

    /// Makes a parser at the start of a connection.
    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
    }

    /// The number of fed bytes no event has been made of yet; stop reading from the connection while it is high.
    package var bufferedCount: Int { queue.count }

    /// Whether no part of a request has arrived since the last one ended.
    package var isIdle: Bool {
        if case .line = stage { queue.count == 0 } else { false }
    }

    /// Adds received bytes.
    package mutating func feed(_ bytes: [UInt8]) {
        queue.append(bytes)
    }

    /// Adds a copy of received bytes, which are borrowed for the call only.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        // Safe because the queue copies the bytes before the call returns.
        unsafe queue.append(bytes)
    }

    /// Removes and returns the bytes that no event has been made of.
    package mutating func takeRemainder() -> [UInt8] {
        queue.takeAll()
    }

    /// Returns the next event, or nil when more bytes are needed.
    ///
    /// - Returns: The next event in the order of the bytes.
    /// - Throws: `HTTPParseError` for an unacceptable request, and the same error on every later call.
    package mutating func next() throws(HTTPParseError) -> RequestEvent? {
        do {
            return try advance()
        } catch {
            stage = .failed(error)
            throw error
        }
    }

    private mutating func advance() throws(HTTPParseError) -> RequestEvent? {
        while true {
            switch stage {
            case .line(let skippedBlank):
                guard let line = try nextLine() else { return nil }
                if line.isEmpty, !skippedBlank {
                    stage = .line(skippedBlank: true)
                } else {
                    stage = .fields(PartialHead(line: try RequestLine(queue.storage[line])))
                }
            case .fields(var partial):
                // The stage lets go of the block while it is read, so that its storage is not copied.
                stage = .line(skippedBlank: true)
                guard try partial.fields.read(from: &queue, limits: limits) else {
                    stage = .fields(partial)
                    return nil
                }
                return .head(try finish(partial))
            case .body(var reader):
                let event = try reader.next(&queue, limits: limits, isEnded: false)
                stage = .body(reader)
                switch event {
                case .data(let piece): return .body(piece)
                case .end(let trailers):
                    stage = .line(skippedBlank: false)
                    return .end(trailers: trailers)
                case nil: return nil
                }
            case .failed(let error):
                throw error
            }
        }
    }

    private mutating func nextLine() throws(HTTPParseError) -> Range<Int>? {
        do {
            return try queue.nextLine(limit: limits.maxRequestLineBytes)
        } catch {
            switch error {
            case .tooLong:
                throw HTTPParseError(
                    status: 414,
                    reason: "The request line is longer than \(limits.maxRequestLineBytes) bytes."
                )
            case .bareLineFeed:
                throw .badRequest("The request line ends without a carriage return.")
            }
        }
    }

    private mutating func finish(_ partial: PartialHead) throws(HTTPParseError) -> RequestHead {
        let head = partial.line.head(with: partial.fields.headers)
        try head.checkHost()
        let framing = try MessageFraming.read(
            head.headers,
            minorVersion: head.minorVersion,
            maxBodyBytes: limits.maxBodyBytes
        )
        stage = .body(BodyReader(framing))
        return head
    }
}
