/// Builds JSON text as JavaScript's `JSON.stringify` writes it without indentation.
struct JSONText {
    enum Bracket {
        case array
        case object
    }

    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() {
        bytes.reserveCapacity(128)
    }

    var string: String {
        String(decoding: bytes, as: UTF8.self)
    }

    mutating func null() { bytes.append(contentsOf: "null".utf8) }

    mutating func bool(_ value: Bool) { bytes.append(contentsOf: (value ? "true" : "false").utf8) }

    mutating func integer(_ value: Int64) { bytes.append(contentsOf: String(value).utf8) }

    mutating func double(_ value: Double) {
        if value.isFinite { JSONNumber.append(value, to: &bytes) } else { null() }
    }

    mutating func open(_ bracket: Bracket) {
        bytes.append(bracket == .array ? UInt8(ascii: "[") : UInt8(ascii: "{"))
        needsComma = false
    }

    mutating func close(_ bracket: Bracket) {
        bytes.append(bracket == .array ? UInt8(ascii: "]") : UInt8(ascii: "}"))
        needsComma = true
    }

    /// Puts a comma before every item but the first.
    mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    mutating func colon() { bytes.append(UInt8(ascii: ":")) }

    mutating func string(_ value: String) {
        let text = value.utf8.span
        bytes.append(UInt8(ascii: "\""))
        if Self.isPlain(text) { bytes.append(contentsOf: value.utf8) } else { escape(text) }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func string(_ value: ArraySlice<UInt8>) {
        let text = value.span
        bytes.append(UInt8(ascii: "\""))
        if Self.isPlain(text) { bytes.append(contentsOf: value) } else { escape(text) }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        for index in text.indices {
            let byte = text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
        }
        return true
    }

    private mutating func escape(_ text: Span<UInt8>) {
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): escaped(byte)
            case 0x08: escaped(UInt8(ascii: "b"))
            case 0x09: escaped(UInt8(ascii: "t"))
            case 0x0A: escaped(UInt8(ascii: "n"))
            case 0x0C: escaped(UInt8(ascii: "f"))
            case 0x0D: escaped(UInt8(ascii: "r"))
            case 0..<0x20:
                bytes.append(contentsOf: byte < 0x10 ? "\\u000".utf8 : "\\u001".utf8)
                bytes.append(byte & 0xF < 10 ? 0x30 + (byte & 0xF) : 0x57 + (byte & 0xF))
            default: bytes.append(byte)
            }
        }
    }

    private mutating func escaped(_ letter: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(letter)
    }
}
