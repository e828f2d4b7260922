extension Headers {
    /// Returns whether a name is an RFC 9110 token: one or more ASCII letters, digits or `` !#$%&'*+-.^_`|~ ``.
    public static func isValidName(_ name: String) -> Bool {
        let bytes = name.utf8.span
        guard !bytes.isEmpty else { return false }
        for index in bytes.indices where !isNameByte(bytes[index]) {
            return false
        }
        return true
    }

    /// Returns whether a value may stand in a header field: no CR, LF, NUL or other control character but tab.
    public static func isValidValue(_ value: String) -> Bool {
        let bytes = value.utf8.span
        for index in bytes.indices where !isValueByte(bytes[index]) {
            return false
        }
        return true
    }

    /// Returns whether a byte may occur in a header name or another RFC 9110 token.
    @inlinable
    package static func isNameByte(_ byte: UInt8) -> Bool {
        // One bit per ASCII character, taken from the token grammar of RFC 9110, section 5.6.2.
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        guard byte < 128 else { return false }
        return (byte < 64 ? low : high) &>> UInt64(byte & 63) & 1 == 1
    }

    /// Returns whether a byte may occur in a header value.
    @inlinable
    package static func isValueByte(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == 0x09
    }

    /// Returns whether two names are the same when ASCII case is ignored.
    package static func namesMatch(_ lhs: String, _ rhs: String) -> Bool {
        guard lhs.utf8.count == rhs.utf8.count else { return false }
        let left = lhs.utf8.span
        let right = rhs.utf8.span
        for index in left.indices where lowercased(left[index]) != lowercased(right[index]) {
            return false
        }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// Returns the value without the spaces and tabs around it.
    static func trimmed(_ value: String) -> String {
        let bytes = value.utf8
        guard let first = bytes.first, let last = bytes.last, isBlank(first) || isBlank(last) else { return value }
        guard let start = bytes.firstIndex(where: { !isBlank($0) }) else { return "" }
        guard let end = bytes.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(Substring(bytes[start...end]))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}
