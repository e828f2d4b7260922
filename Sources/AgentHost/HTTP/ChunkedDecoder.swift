import DurableActors

/// The state of a body that comes in chunks.
struct ChunkedDecoder: Sendable {
    private enum Stage: Sendable {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers(FieldBlock)
    }

    private var stage = Stage.size
    private var bodyBytes = 0
    private var extensionBytes = 0

    /// Returns the next piece of the body or its end, or nil when more bytes are needed.
    mutating func next(_ queue: inout ByteQueue, limits: HTTPLimits) throws(HTTPParseError) -> BodyEvent? {
        while true {
            switch stage {
            case .size:
                guard let size = try nextSize(&queue, limits: limits) else { return nil }
                stage = size == 0 ? .trailers(FieldBlock()) : .data(remaining: size)
            case .data(let remaining):
                guard queue.count > 0 else { return nil }
                let piece = queue.take(min(remaining, queue.count))
                stage = piece.count == remaining ? .dataEnd : .data(remaining: remaining - piece.count)
                return .data(piece)
            case .dataEnd:
                guard try Self.consumeLineEnd(&queue) else { return nil }
                stage = .size
            case .trailers(var block):
                let isComplete = try block.read(from: &queue, limits: limits)
                stage = .trailers(block)
                guard isComplete else { return nil }
                try Self.check(trailers: block.headers)
                return .end(trailers: block.headers)
            }
        }
    }

    private mutating func nextSize(
        _ queue: inout ByteQueue,
        limits: HTTPLimits
    ) throws(HTTPParseError) -> Int? {
        let line: Range<Int>?
        do {
            line = try queue.nextLine(limit: limits.maxChunkLineBytes)
        } catch {
            switch error {
            case .tooLong: throw .badRequest("A chunk size line is too long.")
            case .bareLineFeed: throw .badRequest("A chunk size line ends without a carriage return.")
            }
        }
        guard let line else { return nil }
        let bytes = queue.storage[line]
        let digits = bytes.prefix { Self.hexValue($0) != nil }
        guard !digits.isEmpty, digits.count <= 16 else { throw .badRequest("A chunk size is not a number.") }
        try checkExtension(bytes[digits.endIndex...], limits: limits)
        let size = digits.reduce(UInt64(0)) { $0 << 4 | UInt64(Self.hexValue($1) ?? 0) }
        guard size <= UInt64(max(0, limits.maxBodyBytes - bodyBytes)) else {
            throw HTTPParseError(status: 413, reason: "The body is longer than \(limits.maxBodyBytes) bytes.")
        }
        bodyBytes += Int(size)
        return Int(size)
    }

    private mutating func checkExtension(
        _ bytes: ArraySlice<UInt8>,
        limits: HTTPLimits
    ) throws(HTTPParseError) {
        guard !bytes.isEmpty else { return }
        let start = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        guard start.first == UInt8(ascii: ";"), start.allSatisfy(Headers.isValueByte) else {
            throw .badRequest("A chunk size is followed by something other than an extension.")
        }
        extensionBytes += bytes.count
        guard extensionBytes <= limits.maxChunkExtensionBytes else {
            throw HTTPParseError(status: 413, reason: "The chunk extensions are too long.")
        }
    }

    private static func consumeLineEnd(_ queue: inout ByteQueue) throws(HTTPParseError) -> Bool {
        for (offset, expected) in [UInt8(0x0D), 0x0A].enumerated() {
            guard queue.count > offset else { return false }
            guard queue.peek(offset) == expected else {
                throw .badRequest("A chunk is longer than its size.")
            }
        }
        queue.consume(2)
        return true
    }

    private static func check(trailers: Headers) throws(HTTPParseError) {
        for name in ["content-length", "transfer-encoding", "host"] where trailers.has(name) {
            throw .badRequest("A trailer has the framing field \(name).")
        }
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
