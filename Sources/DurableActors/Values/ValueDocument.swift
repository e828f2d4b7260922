/// A well-formed encoded value with its index, which decoders read by the number of an entry.
final class ValueDocument {
    let bytes: [UInt8]
    let entries: [ValueIndex.Entry]
    let flavor: ValueFlavor
    let userInfo: [CodingUserInfoKey: any Sendable]

    init(
        _ bytes: [UInt8],
        from start: Int,
        flavor: ValueFlavor,
        userInfo: [CodingUserInfoKey: any Sendable]
    ) throws(ValueCodingError) {
        self.bytes = bytes
        entries = try ValueIndex(bytes, from: start).entries
        self.flavor = flavor
        self.userInfo = userInfo
    }

    /// Decodes the whole value.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try value(type, at: 0)
    }

    func value<T: Decodable>(_ type: T.Type, at node: Int) throws -> T {
        if let value = try direct(type, at: node) { return value }
        return try T(from: ValueDecoder(document: self, node: node))
    }

    @inline(__always)
    func tag(at node: Int) -> ValueTag {
        entries[node].tag
    }

    @inline(__always)
    func next(after node: Int) -> Int {
        Int(entries[node].next)
    }

    func slice(at node: Int) -> ArraySlice<UInt8> {
        let start = Int(entries[node].offset)
        return bytes[start..<start + Int(entries[node].length)]
    }

    /// The text of a string's or a key's entry.
    func text(at node: Int) -> String {
        String(decoding: slice(at: node), as: UTF8.self)
    }

    /// Whether the entry's text is the key.
    func text(at node: Int, equals key: String) -> Bool {
        let entry = entries[node]
        guard entry.length == key.utf8.count else { return false }
        let text = key.utf8.span
        let start = Int(entry.offset)
        for index in 0..<text.count where text[index] != bytes[start + index] { return false }
        return true
    }

    /// The unsigned number in the bytes of an entry of fixed length, least significant byte first.
    func fixed<I: FixedWidthInteger>(_ type: I.Type, at node: Int) -> I {
        let start = Int(entries[node].offset)
        var value: I = 0
        for index in stride(from: I.bitWidth / 8 - 1, through: 0, by: -1) {
            value = (value << 8) | I(truncatingIfNeeded: bytes[start + index])
        }
        return value
    }

    /// The number of an integer's entry.
    func zigzag(at node: Int) -> Int64 {
        let entry = entries[node]
        var (value, shift) = (UInt64(0), UInt64(0))
        for index in Int(entry.offset)..<Int(entry.offset + entry.length) {
            value |= UInt64(bytes[index] & 0x7F) << shift
            shift += 7
        }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// The keys and indices that lead to the entry.
    func path(to node: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var (container, item, index) = (0, 1, 0)
        while container < node {
            let isMap = tag(at: container) == .map
            let value = isMap ? item + 1 : item
            guard value <= node else { break }
            if next(after: value) <= node {
                (item, index) = (next(after: value), index + 1)
                if item >= next(after: container) { break }
                continue
            }
            path.append(isMap ? ValueKey(stringValue: text(at: item)) : ValueKey(intValue: index))
            (container, item, index) = (value, value + 1, 0)
        }
        return path
    }
}
