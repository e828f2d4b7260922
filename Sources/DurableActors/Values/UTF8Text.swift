/// The test for well-formed UTF-8 that both formats put their texts to.
enum UTF8Text {
    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        for index in 0..<bytes.count where bytes[index] >= 0x80 {
            // Silence is right: the error says no more than that the text is invalid.
            return (try? UTF8Span(validating: bytes)) != nil
        }
        return true
    }
}
