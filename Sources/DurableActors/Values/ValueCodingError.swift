/// A refusal of bytes or text that are not a well-formed value, or of a value nested too deeply to be written.
///
/// Errors about a well-formed value of the wrong shape are Swift's own `DecodingError` and `EncodingError` instead.
public struct ValueCodingError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What was wrong.
    public enum Code: String, Hashable, Sendable, Codable {
        /// The first byte names a format version this build does not know.
        case unsupportedVersion
        /// The bytes end in the middle of a value.
        case truncated
        /// A value begins with a byte that is no tag.
        case unknownTag
        /// A number of variable length is longer than 64 bits.
        case malformedNumber
        /// A length or count is larger than the bytes that follow could hold.
        case impossibleLength
        /// A text is not UTF-8.
        case invalidText
        /// Values are nested more deeply than ``ValueCodingLimits/depth``.
        case tooDeep
        /// Bytes follow the value.
        case trailingBytes
        /// The bytes are more than ``ValueCodingLimits/bytes``.
        case tooLarge
        /// The text is not JSON as RFC 8259 defines it.
        case malformedJSON
    }

    /// What was wrong.
    public let code: Code

    /// The byte at which it was found, counted from zero; nil when a value to be written was refused.
    public let offset: Int?

    private let reason: String

    init(_ code: Code, at offset: Int? = nil, _ reason: String) {
        self.code = code
        self.offset = offset
        self.reason = reason
    }

    /// The reason in words, with the byte offset where there is one.
    public var description: String {
        guard let offset else { return "\(code.rawValue): \(reason)" }
        return "\(code.rawValue) at byte \(offset): \(reason)"
    }

    static func tooDeep(at offset: Int? = nil) -> ValueCodingError {
        ValueCodingError(.tooDeep, at: offset, "values are nested more than \(ValueCodingLimits.depth) deep")
    }
}
