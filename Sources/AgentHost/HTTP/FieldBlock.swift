import DurableActors

/// The header or trailer fields read so far.
struct FieldBlock: Sendable {
    private(set) var headers = Headers()
    private var usedBytes = 0
    private var fieldCount = 0

    /// Reads complete lines and returns whether the closing empty line was reached.
    ///
    /// - Parameters:
    ///   - queue: Where the lines come from.
    ///   - limits: How long the block may be.
    /// - Returns: False when more bytes are needed.
    /// - Throws: `HTTPParseError` with status 400 or 431.
    mutating func read(from queue: inout ByteQueue, limits: HTTPLimits) throws(HTTPParseError) -> Bool {
        while let line = try nextLine(from: &queue, limits: limits) {
            usedBytes += line.count + 2
            if line.isEmpty { return true }
            fieldCount += 1
            guard fieldCount <= limits.maxHeaderCount else {
                throw HTTPParseError(status: 431, reason: "There are more than \(limits.maxHeaderCount) fields.")
            }
            try parse(line, of: queue.storage)
        }
        return false
    }

    private func nextLine(
        from queue: inout ByteQueue,
        limits: HTTPLimits
    ) throws(HTTPParseError) -> Range<Int>? {
        let room = limits.maxHeaderBytes - usedBytes - 2
        let tooLong = HTTPParseError(status: 431, reason: "The fields exceed \(limits.maxHeaderBytes) bytes.")
        guard room >= 0 else { throw tooLong }
        do {
            return try queue.nextLine(limit: room)
        } catch {
            switch error {
            case .tooLong: throw tooLong
            case .bareLineFeed: throw .badRequest("A field line ends without a carriage return.")
            }
        }
    }

    private mutating func parse(_ line: Range<Int>, of bytes: [UInt8]) throws(HTTPParseError) {
        var colon = line.lowerBound
        while colon < line.upperBound, Headers.isNameByte(bytes[colon]) { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == UInt8(ascii: ":") else {
            throw Self.nameFault(at: colon, in: line, of: bytes)
        }
        let name = String(decoding: bytes[line.lowerBound..<colon], as: UTF8.self)
        headers.append(name, try Self.value((colon + 1)..<line.upperBound, of: bytes))
    }

    private static func nameFault(at index: Int, in line: Range<Int>, of bytes: [UInt8]) -> HTTPParseError {
        guard index < line.upperBound else { return .badRequest("A field line has no colon.") }
        let isBlank = bytes[index] == 0x20 || bytes[index] == 0x09
        if isBlank, index == line.lowerBound { return .badRequest("A field line is folded.") }
        if isBlank { return .badRequest("A field name is followed by whitespace.") }
        return .badRequest("A field name is empty or has a character that is not allowed.")
    }

    /// Returns the text of a value; one that is not UTF-8 is read as Latin-1, byte by byte.
    private static func value(_ range: Range<Int>, of bytes: [UInt8]) throws(HTTPParseError) -> String {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        var union: UInt8 = 0
        for index in start..<end {
            guard Headers.isValueByte(bytes[index]) else {
                throw .badRequest("A field value has a control character.")
            }
            union |= bytes[index]
        }
        let value = bytes[start..<end]
        guard union >= 0x80 else { return String(decoding: value, as: UTF8.self) }
        return String(validating: value, as: UTF8.self)
            ?? String(String.UnicodeScalarView(value.map { Unicode.Scalar($0) }))
    }
}
