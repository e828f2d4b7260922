/// A value of SQL, as it is stored.
///
/// ```swift
/// let values: [SqlStorageValue] = [1, 2.5, "text", .null, .blob([1, 2])]
/// ```
public enum SqlStorageValue: Sendable, Hashable {
    /// The absence of a value.
    case null
    /// A whole number.
    case integer(Int64)
    /// A floating-point number; NaN is stored as NULL.
    case real(Double)
    /// A text.
    case text(String)
    /// Bytes.
    case blob([UInt8])

    /// The number, if it is a whole one.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The number, if it is one; integers beyond 2^53 are rounded.
    public var real: Double? {
        switch self {
        case .real(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The text, if it is one.
    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The bytes, if it is a blob.
    public var blob: [UInt8]? {
        if case .blob(let value) = self { value } else { nil }
    }

    /// Whether it is NULL.
    public var isNull: Bool { self == .null }
}

extension SqlStorageValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral {
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A floating-point number.
    public init(floatLiteral value: Double) { self = .real(value) }
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
}
