/// Reads one JSON text as RFC 8259 defines it, nothing more and nothing less.
struct JSONParser {
    let bytes: [UInt8]
    var cursor = 0
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The value the whole text stands for.
    mutating func document() throws(ValueCodingError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard cursor == bytes.count else {
            throw ValueCodingError(.trailingBytes, at: cursor, "text follows the JSON value")
        }
        return value
    }

    private mutating func value() throws(ValueCodingError) -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-")?, (0x30...0x39)?: return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected("a value")
        }
    }

    /// The byte at the cursor, or nil at the end.
    var peek: UInt8? {
        cursor < bytes.count ? bytes[cursor] : nil
    }

    private mutating func skipSpace() {
        while cursor < bytes.count {
            let byte = bytes[cursor]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            cursor += 1
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(ValueCodingError) -> JSONValue {
        let end = cursor + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[cursor..<end].elementsEqual(word.description.utf8) else {
            throw unexpected("a value")
        }
        cursor = end
        return value
    }

    private mutating func enter() throws(ValueCodingError) {
        guard depth < ValueCodingLimits.depth else { throw ValueCodingError.tooDeep(at: cursor) }
        depth += 1
        cursor += 1
        skipSpace()
    }

    /// Whether the container ends here; otherwise a comma must have been passed.
    private mutating func ends(with bracket: UInt8) throws(ValueCodingError) -> Bool {
        skipSpace()
        switch peek {
        case bracket:
            cursor += 1
            depth -= 1
            return true
        case UInt8(ascii: ","):
            cursor += 1
            return false
        default:
            throw unexpected(bracket == UInt8(ascii: "]") ? "',' or ']'" : "',' or '}'")
        }
    }

    private mutating func array() throws(ValueCodingError) -> JSONValue {
        try enter()
        var items: [JSONValue] = []
        if peek == UInt8(ascii: "]") {
            _ = try ends(with: UInt8(ascii: "]"))
            return .array(items)
        }
        repeat { items.append(try value()) } while try !ends(with: UInt8(ascii: "]"))
        return .array(items)
    }

    private mutating func object() throws(ValueCodingError) -> JSONValue {
        try enter()
        var object = JSONObject()
        if peek == UInt8(ascii: "}") {
            _ = try ends(with: UInt8(ascii: "}"))
            return .object(object)
        }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a key") }
            let key = try string()
            skipSpace()
            guard peek == UInt8(ascii: ":") else { throw unexpected("':'") }
            cursor += 1
            object[key] = try value()
        } while try !ends(with: UInt8(ascii: "}"))
        return .object(object)
    }

    /// The error for anything but what is expected at the cursor.
    func unexpected(_ expected: String) -> ValueCodingError {
        guard cursor < bytes.count else {
            return ValueCodingError(.truncated, at: cursor, "the JSON text ends where \(expected) is expected")
        }
        return ValueCodingError(.malformedJSON, at: cursor, "expected \(expected)")
    }
}
