package import DurableActors

extension Headers {
    /// Returns the comma-separated elements of every field of this name, without blanks and empty elements.
    package func elements(of name: String) -> [Substring] {
        var elements: [Substring] = []
        for value in getAll(name) {
            for part in value.utf8.split(separator: UInt8(ascii: ",")) {
                let element = Self.trimmingBlanks(Substring(part))
                if !element.isEmpty { elements.append(element) }
            }
        }
        return elements
    }

    /// Returns whether the comma-separated list of this name has the token as an element, ignoring ASCII case.
    package func hasToken(_ token: String, in name: String) -> Bool {
        elements(of: name).contains { Self.namesMatch(String($0), token) }
    }

    private static func trimmingBlanks(_ text: Substring) -> Substring {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let start = text.utf8.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return Substring(start[...last])
    }
}
