/// Big-endian integers and counted bytes, for keys (whose order is the bytes' order) and small fixed records.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    package mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    // Other modules cannot specialise what is above, which then takes as long as a short call.
    package mutating func append(byte: UInt8) { bytes.append(byte) }
    package mutating func append(word: UInt64) { append(word) }
    package mutating func append(raw: [UInt8]) { bytes += raw }

    package mutating func append(raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    package mutating func append(counted: some Collection<UInt8>) {
        append(UInt32(counted.count))
        bytes.append(contentsOf: counted)
    }

    package mutating func append(text: String) { append(counted: text.utf8) }

    package mutating func append(words: [UInt64]) {
        append(UInt32(words.count))
        for word in words { append(word) }
    }

    mutating func append<Element>(list: [Element], _ element: (inout ByteWriter, Element) -> Void) {
        append(UInt32(list.count))
        for each in list { element(&self, each) }
    }
}

/// Reads what `ByteWriter` wrote; a record that ends too early gives an error of the store's format.
package struct ByteReader {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { offset == bytes.count }

    package mutating func read<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type) throws -> Value {
        var value: Value = 0
        for byte in try read(count: Value.bitWidth / 8) { value = value << 8 | Value(byte) }
        return value
    }

    // As with `ByteWriter`.
    package mutating func readByte() throws -> UInt8 { try read(UInt8.self) }
    package mutating func readWord() throws -> UInt64 { try read(UInt64.self) }

    package mutating func read(count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, bytes.count - offset >= count else {
            throw StorageError(.format, "A stored record ends after \(bytes.count) bytes.")
        }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    package mutating func readCounted() throws -> [UInt8] {
        let count = try read(UInt32.self)
        return Array(try read(count: Int(count)))
    }

    package mutating func readText() throws -> String {
        let count = try read(UInt32.self)
        guard let text = String(validating: try read(count: Int(count)), as: UTF8.self) else {
            throw StorageError(.format, "A text is not UTF-8.")
        }
        return text
    }

    package mutating func readWords() throws -> [UInt64] { try readList { try $0.read(UInt64.self) } }

    mutating func readList<Element>(_ element: (inout ByteReader) throws -> Element) throws -> [Element] {
        let count = try read(UInt32.self)
        // Each has at least a byte, so a count that is wrong ends soon.
        guard count <= bytes.count - offset else {
            throw StorageError(.format, "A stored record ends after \(bytes.count) bytes.")
        }
        return try (0..<count).map { _ in try element(&self) }
    }

    package mutating func readRest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
    }
}

/// What is written for every call between nodes, field by field: as a `Codable` value it would take several times as long.
package protocol ByteCoded {
    func write(to writer: inout ByteWriter) throws

    init(from reader: inout ByteReader) throws
}

extension ByteCoded {
    /// The value alone.
    package func encoded() throws -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        try write(to: &writer)
        return writer.bytes
    }

    /// Reads a value that nothing follows.
    package init(bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        guard reader.isAtEnd else { throw StorageError(.format, "Something follows a record.") }
    }
}
