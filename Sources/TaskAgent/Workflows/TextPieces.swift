/// Makes texts of bytes that come in pieces, cut only between characters.
///
/// The bytes of a character that has not come whole are kept for the next piece; bytes that are no UTF-8 become U+FFFD,
/// as everywhere.
struct TextPieces {
    private var kept: [UInt8] = []

    /// How many bytes wait for the rest of their character.
    var keptCount: Int { kept.count }

    /// The text that ends with these bytes, but for a character that they only begin.
    mutating func take(_ bytes: some Sequence<UInt8>) -> String {
        kept += bytes
        let whole = kept.count - Self.begun(kept)
        defer { kept.removeFirst(whole) }
        return String(decoding: kept[..<whole], as: UTF8.self)
    }

    /// What is left at the end.
    mutating func takeRest() -> String {
        defer { kept = [] }
        return String(decoding: kept, as: UTF8.self)
    }

    /// How many bytes at the end begin a character that they do not end.
    private static func begun(_ bytes: [UInt8]) -> Int {
        for (before, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > before + 1 ? before + 1 : 0
        }
        return 0
    }
}
