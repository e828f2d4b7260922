#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What can stand for a parameter of an SQL statement.
///
/// Integers are bound as integers, `Bool` as 1 and 0, `Date` as whole milliseconds since 1970, nil as NULL. An enum with a
/// raw value needs no more than to say that it conforms.
public protocol SqlStorageBindable {
    /// The value that is bound.
    var sqlStorageValue: SqlStorageValue { get }
}

extension SqlStorageValue: SqlStorageBindable {
    /// The value itself.
    public var sqlStorageValue: SqlStorageValue { self }
}

extension Int: SqlStorageBindable {
    /// An integer.
    public var sqlStorageValue: SqlStorageValue { .integer(Int64(self)) }
}

extension Int32: SqlStorageBindable {
    /// An integer.
    public var sqlStorageValue: SqlStorageValue { .integer(Int64(self)) }
}

extension Int64: SqlStorageBindable {
    /// An integer.
    public var sqlStorageValue: SqlStorageValue { .integer(self) }
}

extension Bool: SqlStorageBindable {
    /// 1 or 0.
    public var sqlStorageValue: SqlStorageValue { .integer(self ? 1 : 0) }
}

extension Double: SqlStorageBindable {
    /// A floating-point number.
    public var sqlStorageValue: SqlStorageValue { .real(self) }
}

extension String: SqlStorageBindable {
    /// A text.
    public var sqlStorageValue: SqlStorageValue { .text(self) }
}

extension Substring: SqlStorageBindable {
    /// A text.
    public var sqlStorageValue: SqlStorageValue { .text(String(self)) }
}

extension [UInt8]: SqlStorageBindable {
    /// A blob.
    public var sqlStorageValue: SqlStorageValue { .blob(self) }
}

extension Data: SqlStorageBindable {
    /// A blob.
    public var sqlStorageValue: SqlStorageValue { .blob([UInt8](self)) }
}

extension Date: SqlStorageBindable {
    /// Whole milliseconds since 1970, like `ctx.now`.
    public var sqlStorageValue: SqlStorageValue {
        .integer(Int64(exactly: (timeIntervalSince1970 * 1000).rounded()) ?? (timeIntervalSince1970 < 0 ? .min : .max))
    }
}

extension Optional: SqlStorageBindable where Wrapped: SqlStorageBindable {
    /// NULL for nil.
    public var sqlStorageValue: SqlStorageValue { self?.sqlStorageValue ?? .null }
}

extension SqlStorageBindable where Self: RawRepresentable, RawValue: SqlStorageBindable {
    /// The raw value.
    public var sqlStorageValue: SqlStorageValue { rawValue.sqlStorageValue }
}
