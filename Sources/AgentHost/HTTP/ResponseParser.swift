import DurableActors

/// An incremental reader of the responses on a client's connection.
///
/// Tell it of every request in the order they are sent, since a response cannot be understood without the method it
/// answers; a response nobody asked for is an error.
package struct ResponseParser: Sendable {
    private struct PartialHead: Sendable {
        var head: ResponseHead
        var fields = FieldBlock()
    }

    private enum Stage: Sendable {
        case line
        case fields(PartialHead)
        case body(BodyReader)
        case failed(HTTPParseError)
    }

    private let limits: HTTPLimits
    private var queue = ByteQueue()
    private var stage = Stage.line
    private var methods: [String] = []
    private var isEnded = false

    /// Makes a parser at the start of a connection.
    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
    }

    /// Tells that a request with this method was sent.
    package mutating func expectResponse(to method: String) {
        methods.append(method)
    }

    /// Adds received bytes.
    package mutating func feed(_ bytes: [UInt8]) {
        queue.append(bytes)
    }

    /// Tells that the server closed the connection, which ends a body framed by nothing else.
    package mutating func feedEnd() {
        isEnded = true
    }

    /// Removes and returns the bytes that no event has been made of.
    package mutating func takeRemainder() -> [UInt8] {
        queue.takeAll()
    }

    /// Returns the next event, or nil when more bytes are needed or the connection ended between responses.
    ///
    /// - Returns: The next event in the order of the bytes.
    /// - Throws: `HTTPParseError` with status 502, and the same error on every later call.
    package mutating func next() throws(HTTPParseError) -> ResponseEvent? {
        do throws(HTTPParseError) {
            if let event = try advance() { return event }
            guard isEnded, !isBetweenResponses else { return nil }
            throw HTTPParseError.badRequest("The connection ended within a response.")
        } catch {
            let failure = HTTPParseError(status: 502, reason: error.reason)
            stage = .failed(failure)
            throw failure
        }
    }

    private var isBetweenResponses: Bool {
        if case .line = stage { queue.count == 0 && methods.isEmpty } else { false }
    }

    private mutating func advance() throws(HTTPParseError) -> ResponseEvent? {
        while true {
            switch stage {
            case .line:
                guard let line = try nextLine() else { return nil }
                stage = .fields(PartialHead(head: try ResponseHead(statusLine: queue.storage[line])))
            case .fields(var partial):
                let isComplete = try partial.fields.read(from: &queue, limits: limits)
                stage = .fields(partial)
                guard isComplete else { return nil }
                return try finish(partial)
            case .body(var reader):
                let event = try reader.next(&queue, limits: limits, isEnded: isEnded)
                stage = .body(reader)
                switch event {
                case .data(let piece): return .body(piece)
                case .end(let trailers):
                    stage = .line
                    return .end(trailers: trailers)
                case nil: return nil
                }
            case .failed(let error):
                throw error
            }
        }
    }

    private mutating func nextLine() throws(HTTPParseError) -> Range<Int>? {
        guard queue.count > 0 else { return nil }
        guard !methods.isEmpty else { throw .badRequest("A response came without a request.") }
        do {
            return try queue.nextLine(limit: limits.maxRequestLineBytes)
        } catch {
            throw .badRequest("The status line is too long or ends without a carriage return.")
        }
    }

    private mutating func finish(_ partial: PartialHead) throws(HTTPParseError) -> ResponseEvent {
        var head = partial.head
        head.headers = partial.fields.headers
        if head.status < 200, head.status != 101 {
            stage = .line
            return .interim(head)
        }
        stage = .body(BodyReader(try head.framing(answering: methods.removeFirst(), limits: limits)))
        return .head(head)
    }
}
