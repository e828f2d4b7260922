/// The binary form in which values are stored for ever and sent between nodes.
///
/// An encoded value is one byte of format version, which is 1, and one value. Every value is a tag byte and what the
/// tag says. A *varint* is an unsigned number of up to 64 bits in groups of seven bits, the lowest group first, one
/// group a byte, with the high bit set in every byte but the last. All fixed-size numbers have their least
/// significant byte first.
///
/// | tag | value | after the tag |
/// |---|---|---|
/// | `00` | null | nothing |
/// | `01` | false | nothing |
/// | `02` | true | nothing |
/// | `03` | integer of 64 bits with a sign | varint of `(n << 1) ^ (n >> 63)` |
/// | `04` | integer above the largest of `03` | 8 bytes, unsigned |
/// | `05` | integer outside `03` and `04` | 16 bytes, two's complement |
/// | `06` | integer above the largest of `05` | 16 bytes, unsigned |
/// | `07` | double | 8 bytes, the IEEE 754 bits with any NaN payload |
/// | `08` | float | 4 bytes, the IEEE 754 bits |
/// | `09` | string | varint of the number of bytes, then UTF-8 |
/// | `0A` | bytes | varint of the number of bytes, then the bytes |
/// | `0B` | date | 8 bytes, the double of seconds since 2001-01-01T00:00:00Z |
/// | `0C` | array | varint of the number of items, then the items |
/// | `0D` | keyed map | varint of the number of members, then for each its key and its value |
///
/// A key is a varint of its number of bytes and its UTF-8, without a tag. Members stand in the order in which they
/// were encoded; of members with the same key readers take the last. Every integer is written with the first of tags
/// `03` to `06` that holds it, whatever its Swift type. A value that encodes nothing at all is an empty map.
///
/// Integers are read by value: an `Int` can be read as an `Int8` that holds it, or as a `Double` that is exactly it;
/// where it does not fit, a `DecodingError` says so. A double can be read as a `Float`, rounded, and a float as a
/// `Double`. Nothing else converts. `Date`, `Data` and `[UInt8]` have shapes of their own; all other types have
/// the shape their `Codable` conformance gives them.
public enum ValueCodec {
    /// The version the first byte of an encoded value names.
    public static let version: UInt8 = 1

    /// Encodes a value.
    ///
    /// - Parameters:
    ///   - value: The value, nested at most ``ValueCodingLimits/depth`` deep.
    ///   - userInfo: What the `encode(to:)` functions of the value find in their encoder's `userInfo`.
    /// - Returns: The bytes, beginning with the format version.
    /// - Throws: `EncodingError` or whatever the value throws; ``ValueCodingError`` if it is nested too deeply.
    public static func encode<T: Encodable>(
        _ value: T,
        userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws -> [UInt8] {
        if let bytes = scalar(value) { return bytes }
        return try ValueSink(flavor: .binary, version: version, userInfo: userInfo).encode(value)
    }

    /// Decodes a value.
    ///
    /// - Parameters:
    ///   - type: The type to decode, which need not be the type that was encoded.
    ///   - bytes: What ``encode(_:userInfo:)`` returned, or anything else, which is refused without harm.
    ///   - userInfo: What the `init(from:)` of the type finds in its decoder's `userInfo`.
    /// - Returns: The value.
    /// - Throws: ``ValueCodingError`` if the bytes are malformed, `DecodingError` if they are not of the type.
    public static func decode<T: Decodable>(
        _ type: T.Type,
        from bytes: [UInt8],
        userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws -> T {
        if T.self == Int.self, let value = integerScalar(in: bytes.span) {
            // Safe because the two types have just been found to be one and the same.
            return unsafe unsafeBitCast(value, to: T.self)
        }
        return try decodeAny(type, from: bytes, userInfo)
    }

    /// Apart, since a function that has an optional of a type known at run time alone asks for it before all else, which costs
    /// more than an integer.
    @inline(never)
    private static func decodeAny<T: Decodable>(
        _ type: T.Type,
        from bytes: [UInt8],
        _ userInfo: [CodingUserInfoKey: any Sendable]
    ) throws -> T {
        if let value = scalar(type, from: bytes.span) { return value }
        try checkVersion(bytes)
        return try ValueDocument(bytes, from: 1, flavor: .binary, userInfo: userInfo).decode(type)
    }

    /// Decodes a value from bytes that belong to someone else, such as a page of a database.
    ///
    /// - Parameters:
    ///   - type: The type to decode, which need not be the type that was encoded.
    ///   - bytes: An encoded value; not read after the call returns.
    ///   - userInfo: What the `init(from:)` of the type finds in its decoder's `userInfo`.
    /// - Returns: The value.
    /// - Throws: ``ValueCodingError`` if the bytes are malformed, `DecodingError` if they are not of the type.
    public static func decode<T: Decodable>(
        _ type: T.Type,
        from bytes: UnsafeRawBufferPointer,
        userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws -> T {
        // safe because the caller keeps the bytes alive during the call and the span does not outlive it.
        if let value = unsafe scalar(type, from: bytes.assumingMemoryBound(to: UInt8.self).span) { return value }
        // safe because the bytes are copied before the call returns.
        return try decode(type, from: unsafe [UInt8](bytes), userInfo: userInfo)
    }

    private static func checkVersion(_ bytes: [UInt8]) throws(ValueCodingError) {
        guard let first = bytes.first else { throw ValueCodingError(.truncated, at: 0, "there are no bytes") }
        guard first == version else {
            throw ValueCodingError(.unsupportedVersion, at: 0, "format version \(first) is not known")
        }
    }
}
