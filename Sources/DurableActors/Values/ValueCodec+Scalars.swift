#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The way for single numbers, strings and bytes, which need neither an encoder nor an index.
extension ValueCodec {
    /// The encoded value if it is of one of the simplest types.
    @inline(__always)
    static func scalar<T>(_ value: T) -> [UInt8]? {
        if let value = same(value, as: Int.self) { return writing(12) { $0.integer(Int64(value)) } }
        if let value = same(value, as: String.self) { return string(value) }
        if let value = same(value, as: Bool.self) { return [version, value ? 2 : 1] }
        if let value = same(value, as: Double.self) { return writing(10) { $0.double(value) } }
        if let value = same(value, as: [UInt8].self) { return writing(value.count + 12) { $0.octets(value) } }
        if let value = same(value, as: Data.self) { return writing(value.count + 12) { $0.data(value) } }
        if let value = same(value, as: Date.self) { return writing(10) { $0.date(value) } }
        if let value = same(value, as: Int?.self) { return value.map(scalar) ?? [version, 0] }
        if let value = same(value, as: String?.self) { return value.map(string) ?? [version, 0] }
        return nil
    }

    private static func scalar(_ value: Int) -> [UInt8] {
        writing(12) { $0.integer(Int64(value)) }
    }

    private static func string(_ value: String) -> [UInt8] {
        writing(value.utf8.count + 12) { $0.string(value) }
    }

    @inline(__always)
    private static func writing(_ capacity: Int, _ write: (inout ValueWriter) -> Void) -> [UInt8] {
        var writer = ValueWriter(flavor: .binary)
        writer.bytes.reserveCapacity(capacity)
        writer.bytes.append(version)
        write(&writer)
        return writer.bytes
    }

    /// The value if it is well-formed and of one of the simplest types; nil leaves the bytes to the index and decoder.
    @inline(__always)
    static func scalar<T>(_ type: T.Type, from bytes: Span<UInt8>) -> T? {
        guard bytes.count >= 2, bytes[0] == version, let tag = ValueTag(rawValue: bytes[1]) else { return nil }
        switch tag {
        case .integer:
            guard T.self == Int.self || T.self == Int?.self, let value = integer(in: bytes) else { return nil }
            return same(value, as: T.self) ?? same(Int?.some(value), as: T.self)
        case .string:
            guard T.self == String.self || T.self == String?.self, let value = string(in: bytes) else { return nil }
            return same(value, as: T.self) ?? same(String?.some(value), as: T.self)
        case .true, .false:
            return bytes.count == 2 ? same(tag == .true, as: T.self) : nil
        case .double:
            guard T.self == Double.self, let bits = eight(in: bytes) else { return nil }
            return same(Double(bitPattern: bits), as: T.self)
        case .date:
            guard T.self == Date.self, let bits = eight(in: bytes) else { return nil }
            return same(Date(timeIntervalSinceReferenceDate: Double(bitPattern: bits)), as: T.self)
        case .bytes:
            guard T.self == [UInt8].self || T.self == Data.self, let body = body(in: bytes) else { return nil }
            // safe because the copy is made while the span is borrowed.
            let copy = unsafe bytes.extracting(body).withUnsafeBufferPointer { unsafe [UInt8]($0) }
            return same(copy, as: T.self) ?? same(Data(copy), as: T.self)
        default:
            return nil
        }
    }

    /// The value if it is a well-formed integer.
    static func integerScalar(in bytes: Span<UInt8>) -> Int? {
        guard bytes.count >= 2, bytes[0] == version, ValueTag(rawValue: bytes[1]) == .integer else { return nil }
        return integer(in: bytes)
    }

    private static func integer(in bytes: Span<UInt8>) -> Int? {
        guard let (value, end) = varint(in: bytes), end == bytes.count else { return nil }
        return Int(exactly: Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1))
    }

    private static func string(in bytes: Span<UInt8>) -> String? {
        guard let body = body(in: bytes) else { return nil }
        // Silence is right: bytes that are not UTF-8 are refused with their offset by the index.
        guard let text = try? UTF8Span(validating: bytes.extracting(body)) else { return nil }
        return String(copying: text)
    }

    /// The range behind a length that reaches exactly to the end.
    private static func body(in bytes: Span<UInt8>) -> Range<Int>? {
        guard let (length, start) = varint(in: bytes), length == UInt64(bytes.count - start) else { return nil }
        return start..<bytes.count
    }

    private static func eight(in bytes: Span<UInt8>) -> UInt64? {
        guard bytes.count == 10 else { return nil }
        return (2..<10).reversed().reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    }

    /// The number behind the tag and the offset behind the number, if it has at most nine bytes.
    private static func varint(in bytes: Span<UInt8>) -> (value: UInt64, end: Int)? {
        var (value, cursor) = (UInt64(0), 2)
        while cursor < min(bytes.count, 11) {
            let byte = bytes[cursor]
            value |= UInt64(byte & 0x7F) << (7 * UInt64(cursor - 2))
            cursor += 1
            if byte < 0x80 { return (value, cursor) }
        }
        return nil
    }
}
