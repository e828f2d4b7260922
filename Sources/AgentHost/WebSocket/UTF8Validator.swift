/// Checks that bytes arriving in pieces are UTF-8, remembering a character cut at a piece's end.
struct UTF8Validator: Sendable {
    private var pending = 0
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether the bytes so far end with a whole character.
    var isComplete: Bool { pending == 0 }

    /// Returns whether the bytes so far can be the beginning of UTF-8 text; after false the state means nothing.
    mutating func accept(_ bytes: [UInt8]) -> Bool {
        let span = bytes.span
        for index in span.indices {
            let byte = span[index]
            if pending == 0 {
                if byte < 0x80 { continue }
                guard begin(byte) else { return false }
            } else {
                guard allowed.contains(byte) else { return false }
                allowed = 0x80...0xBF
                pending -= 1
            }
        }
        return true
    }

    /// Notes how many bytes follow a lead byte and which the first of them may be; Unicode 17, table 3-7.
    private mutating func begin(_ lead: UInt8) -> Bool {
        switch lead {
        case 0xC2...0xDF: pending = 1
        case 0xE0: (pending, allowed) = (2, 0xA0...0xBF)
        case 0xED: (pending, allowed) = (2, 0x80...0x9F)
        case 0xE1...0xEF: pending = 2
        case 0xF0: (pending, allowed) = (3, 0x90...0xBF)
        case 0xF1...0xF3: pending = 3
        case 0xF4: (pending, allowed) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}
