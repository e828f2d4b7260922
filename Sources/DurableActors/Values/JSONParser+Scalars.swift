extension JSONParser {
    /// The string that begins at the cursor.
    mutating func string() throws(ValueCodingError) -> String {
        cursor += 1
        let start = cursor
        try skipPlain()
        if peek == UInt8(ascii: "\"") {
            defer { cursor += 1 }
            return String(decoding: bytes[start..<cursor], as: UTF8.self)
        }
        var text = Array(bytes[start..<cursor])
        while let byte = peek, byte != UInt8(ascii: "\"") {
            cursor += 1
            try escape(to: &text)
            let plain = cursor
            try skipPlain()
            text.append(contentsOf: bytes[plain..<cursor])
        }
        guard peek != nil else { throw unexpected("the end of a string") }
        cursor += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// Moves to the next quotation mark or backslash, or to the end, past well-formed UTF-8.
    private mutating func skipPlain() throws(ValueCodingError) {
        let (start, end) = (cursor, try Self.plainEnd(in: bytes.span, from: cursor))
        cursor = end
        guard UTF8Text.isValid(bytes.span.extracting(start..<end)) else {
            throw ValueCodingError(.invalidText, at: start, "a string is not UTF-8")
        }
    }

    private static func plainEnd(in bytes: Span<UInt8>, from start: Int) throws(ValueCodingError) -> Int {
        for index in start..<bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
            guard byte >= 0x20 else {
                throw ValueCodingError(.malformedJSON, at: index, "a control character must be escaped")
            }
        }
        return bytes.count
    }

    /// Reads what follows a backslash.
    private mutating func escape(to text: inout [UInt8]) throws(ValueCodingError) {
        guard let letter = peek else { throw unexpected("an escape") }
        let plain: UInt8
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = letter
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "u"):
            cursor += 1
            return text.append(contentsOf: String(try unicode()).utf8)
        default: throw unexpected("one of the escapes of JSON")
        }
        cursor += 1
        text.append(plain)
    }

    /// The character of one or two `\u` escapes; half a surrogate pair becomes U+FFFD.
    private mutating func unicode() throws(ValueCodingError) -> Character {
        let unit = try hexadecimal()
        if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
        let behind = cursor
        if unit < 0xDC00, peek == UInt8(ascii: "\\"), cursor + 1 < bytes.count,
            bytes[cursor + 1] == UInt8(ascii: "u")
        {
            cursor += 2
            let low = try hexadecimal()
            if (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            {
                return Character(scalar)
            }
            cursor = behind
        }
        return "\u{FFFD}"
    }

    private mutating func hexadecimal() throws(ValueCodingError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            switch peek {
            case let digit? where (0x30...0x39).contains(digit): value = value << 4 | UInt32(digit - 0x30)
            case let digit? where (0x41...0x46).contains(digit): value = value << 4 | UInt32(digit - 0x37)
            case let digit? where (0x61...0x66).contains(digit): value = value << 4 | UInt32(digit - 0x57)
            default: throw unexpected("a hexadecimal digit")
            }
            cursor += 1
        }
        return value
    }

    /// The number that begins at the cursor.
    mutating func number() throws(ValueCodingError) -> JSONValue {
        let start = cursor
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative { cursor += 1 }
        let first = cursor
        if peek == UInt8(ascii: "0") { cursor += 1 } else { try skipDigits() }
        var isInteger = true
        if peek == UInt8(ascii: ".") {
            cursor += 1
            try skipDigits()
            isInteger = false
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            cursor += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { cursor += 1 }
            try skipDigits()
            isInteger = false
        }
        if isInteger, let value = integer(first..<cursor, isNegative) { return .integer(value) }
        guard let value = Double(String(decoding: bytes[start..<cursor], as: UTF8.self)) else {
            throw ValueCodingError(.malformedJSON, at: start, "a number cannot be read")
        }
        return .double(value)
    }

    /// The integer of the digits, unless it is past 64 bits or minus zero, which only doubles have.
    private func integer(_ digits: Range<Int>, _ isNegative: Bool) -> Int64? {
        var value: Int64 = 0
        for index in digits {
            let digit = Int64(bytes[index] - 0x30)
            let (tenfold, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, past) = tenfold.addingReportingOverflow(isNegative ? -digit : digit)
            if over || past { return nil }
            value = sum
        }
        return isNegative && value == 0 ? nil : value
    }

    private mutating func skipDigits() throws(ValueCodingError) {
        let start = cursor
        while let byte = peek, (0x30...0x39).contains(byte) { cursor += 1 }
        guard cursor > start else { throw unexpected("a digit") }
    }
}
