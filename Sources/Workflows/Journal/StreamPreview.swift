/// What logs show of a stream: the beginning of a text, or how many bytes there are.
enum StreamPreview {
    /// How many characters of a text are shown.
    static let characters = 1024

    static func text(of first: [UInt8], total: Int) -> String {
        guard let text = readable(first, isWhole: first.count == total) else {
            return "[ReadableStream (binary): \(total) bytes]"
        }
        guard text.count > characters || first.count < total else { return text }
        return text.prefix(characters) + "[truncated output]"
    }

    /// The bytes as text; a character cut at the end of a piece is left out.
    private static func readable(_ bytes: [UInt8], isWhole: Bool) -> String? {
        for cut in 0...(isWhole ? 0 : min(3, bytes.count)) {
            guard let text = String(validating: bytes.dropLast(cut), as: UTF8.self) else { continue }
            return text.utf8.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } ? nil : text
        }
        return nil
    }
}
