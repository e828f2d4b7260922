import DurableActors

/// The check of a host with an optional port, as a Host field or a URL carries it.
enum Authority {
    /// Returns whether the text is a non-empty host and an optional port up to 65535.
    ///
    /// User information is refused as RFC 9110, section 4.2.4, advises, and so is a comma, by which intermediaries
    /// merge repeated Host fields.
    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        let hostEnd: String.UTF8View.Index
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = bytes[..<bracket].dropFirst()
            guard !address.isEmpty, address.allSatisfy(isAddressByte) else { return false }
            hostEnd = bytes.index(after: bracket)
        } else {
            hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            guard hostEnd > bytes.startIndex, bytes[..<hostEnd].allSatisfy(isNameByte) else { return false }
        }
        return isPort(bytes[hostEnd...])
    }

    private static func isPort(_ bytes: Substring.UTF8View) -> Bool {
        guard let colon = bytes.first else { return true }
        let digits = bytes.dropFirst()
        guard colon == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65_535
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        isNameByte(byte) || byte == UInt8(ascii: ":")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ";"), UInt8(ascii: "="): true
        case UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "#"): false
        default: Headers.isNameByte(byte)
        }
    }
}
