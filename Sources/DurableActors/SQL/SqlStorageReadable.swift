#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A type that a value of SQL is read as directly.
protocol SqlStorageReadable {
    /// Nil where the value is none of this type, exactly.
    init?(sqlStorageValue: SqlStorageValue)
}

extension SqlStorageReadable where Self: FixedWidthInteger {
    init?(sqlStorageValue: SqlStorageValue) {
        switch sqlStorageValue {
        case .integer(let number): self.init(exactly: number)
        case .real(let number): self.init(exactly: number)
        default: return nil
        }
    }
}

extension Int: SqlStorageReadable {}
extension Int8: SqlStorageReadable {}
extension Int16: SqlStorageReadable {}
extension Int32: SqlStorageReadable {}
extension Int64: SqlStorageReadable {}
extension UInt: SqlStorageReadable {}
extension UInt8: SqlStorageReadable {}
extension UInt16: SqlStorageReadable {}
extension UInt32: SqlStorageReadable {}
extension UInt64: SqlStorageReadable {}

extension Double: SqlStorageReadable {
    init?(sqlStorageValue: SqlStorageValue) {
        guard let number = sqlStorageValue.real else { return nil }
        self = number
    }
}

extension Float: SqlStorageReadable {
    init?(sqlStorageValue: SqlStorageValue) {
        guard let number = sqlStorageValue.real else { return nil }
        self.init(number)
    }
}

extension Bool: SqlStorageReadable {
    init?(sqlStorageValue: SqlStorageValue) {
        guard let number = Int(sqlStorageValue: sqlStorageValue), number == 0 || number == 1 else { return nil }
        self = number == 1
    }
}

extension String: SqlStorageReadable {
    init?(sqlStorageValue: SqlStorageValue) {
        guard let text = sqlStorageValue.text else { return nil }
        self = text
    }
}

extension [UInt8]: SqlStorageReadable {
    init?(sqlStorageValue: SqlStorageValue) {
        guard let bytes = sqlStorageValue.blob else { return nil }
        self = bytes
    }
}

extension Data: SqlStorageReadable {
    init?(sqlStorageValue: SqlStorageValue) {
        guard let bytes = sqlStorageValue.blob else { return nil }
        self.init(bytes)
    }
}

extension Date: SqlStorageReadable {
    init?(sqlStorageValue: SqlStorageValue) {
        guard let milliseconds = sqlStorageValue.real else { return nil }
        self.init(timeIntervalSince1970: milliseconds / 1000)
    }
}
