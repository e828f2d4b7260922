/// Big-endian integers and counted bytes, for keys (whose order is the bytes' order) and small fixed records.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    package mutating func append(raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    package mutating func append(counted: some Collection<UInt8>) {
        append(UInt32(counted.count))
        bytes.append(contentsOf: counted)
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

    package mutating func readRest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
    }
}
