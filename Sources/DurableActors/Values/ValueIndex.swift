/// Where every value of an encoded value stands, found in one pass that also proves the bytes well-formed.
///
/// Entries stand in the order of the bytes: a container's entry, then those of its items, each item of a map preceded
/// by an entry for its key. Memory is in proportion to the bytes read, whatever lengths and counts they claim.
struct ValueIndex {
    struct Entry {
        var tag: ValueTag
        /// Where the value's bytes begin, behind its tag and its length.
        var offset: UInt32
        /// The number of bytes, or of a container's items.
        var length: UInt32
        /// The entry behind the value and all inside it.
        var next: UInt32
    }

    private struct Open {
        let entry: Int
        let isMap: Bool
        var remaining: Int
    }

    private(set) var entries: [Entry] = []
    private var open: [Open] = []
    private var cursor: Int

    /// Reads the one value from the offset to the end of the bytes.
    init(_ bytes: [UInt8], from start: Int) throws(ValueCodingError) {
        cursor = start
        guard bytes.count <= ValueCodingLimits.bytes else {
            throw ValueCodingError(.tooLarge, at: 0, "a value of \(bytes.count) bytes")
        }
        entries.reserveCapacity(min(bytes.count, 32))
        let span = bytes.span
        try value(in: span)
        while let inner = open.last {
            if inner.remaining == 0 {
                entries[inner.entry].next = UInt32(entries.count)
                open.removeLast()
                continue
            }
            open[open.count - 1].remaining -= 1
            if inner.isMap { try text(in: span, as: .string) }
            try value(in: span)
        }
        guard cursor == bytes.count else {
            throw ValueCodingError(.trailingBytes, at: cursor, "\(bytes.count - cursor) bytes follow the value")
        }
    }

    private mutating func value(in bytes: Span<UInt8>) throws(ValueCodingError) {
        guard cursor < bytes.count else { throw truncated(bytes) }
        guard let tag = ValueTag(rawValue: bytes[cursor]) else {
            throw ValueCodingError(.unknownTag, at: cursor, "no value begins with byte \(bytes[cursor])")
        }
        cursor += 1
        if let length = tag.fixedLength {
            guard length <= bytes.count - cursor else { throw truncated(bytes) }
            return append(tag, length: length)
        }
        switch tag {
        case .integer:
            let start = cursor
            _ = try varint(in: bytes)
            let length = cursor - start
            cursor = start
            append(tag, length: length)
        case .array: try container(tag, itemSize: 1, in: bytes)
        case .map: try container(tag, itemSize: 2, in: bytes)
        default: try text(in: bytes, as: tag)
        }
    }

    private mutating func append(_ tag: ValueTag, length: Int) {
        let next = UInt32(entries.count + 1)
        entries.append(Entry(tag: tag, offset: UInt32(cursor), length: UInt32(length), next: next))
        cursor += length
    }

    private mutating func container(
        _ tag: ValueTag,
        itemSize: Int,
        in bytes: Span<UInt8>
    ) throws(ValueCodingError) {
        let start = cursor
        let count = try varint(in: bytes)
        guard count <= UInt64((bytes.count - cursor) / itemSize) else { throw impossible(count, at: start) }
        guard open.count < ValueCodingLimits.depth else { throw ValueCodingError.tooDeep(at: start - 1) }
        open.append(Open(entry: entries.count, isMap: tag == .map, remaining: Int(count)))
        append(tag, length: 0)
        entries[entries.count - 1].length = UInt32(count)
    }

    /// Reads a length and as many bytes, which are UTF-8 if they are a string.
    private mutating func text(in bytes: Span<UInt8>, as tag: ValueTag) throws(ValueCodingError) {
        let start = cursor
        let length = try varint(in: bytes)
        guard length <= UInt64(bytes.count - cursor) else { throw impossible(length, at: start) }
        if tag == .string, !UTF8Text.isValid(bytes.extracting(cursor..<cursor + Int(length))) {
            throw ValueCodingError(.invalidText, at: cursor, "a string is not UTF-8")
        }
        append(tag, length: Int(length))
    }

    private mutating func varint(in bytes: Span<UInt8>) throws(ValueCodingError) -> UInt64 {
        let start = cursor
        var (value, shift) = (UInt64(0), UInt64(0))
        while cursor < bytes.count {
            let byte = bytes[cursor]
            cursor += 1
            guard shift < 63 || byte <= 1 else {
                throw ValueCodingError(.malformedNumber, at: start, "a number is longer than 64 bits")
            }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw truncated(bytes)
    }

    private func truncated(_ bytes: Span<UInt8>) -> ValueCodingError {
        ValueCodingError(.truncated, at: bytes.count, "the bytes end inside a value")
    }

    private func impossible(_ length: UInt64, at offset: Int) -> ValueCodingError {
        ValueCodingError(.impossibleLength, at: offset, "\(length) items or bytes are more than follow")
    }
}
