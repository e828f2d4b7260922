#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ValueDocument {
    /// Reads the value if its type is one the format has its own shape for; nil means it needs a decoder.
    func direct<T>(_ type: T.Type, at node: Int) throws -> T? {
        if T.self == String.self { return try same(string(at: node), as: T.self) }
        if T.self == Int.self { return try same(integer(Int.self, at: node), as: T.self) }
        if T.self == Double.self { return try same(double(at: node), as: T.self) }
        if T.self == Bool.self { return try same(bool(at: node), as: T.self) }
        if T.self == JSONValue.self { return try same(json(at: node), as: T.self) }
        if let value = try optional(type, at: node) { return value }
        if let value = try data(type, at: node) { return value }
        return try number(type, at: node)
    }

    private func optional<T>(_ type: T.Type, at node: Int) throws -> T? {
        if T.self == String?.self { return try same(unlessNull(node, string(at:)), as: T.self) }
        if T.self == Int?.self { return try same(unlessNull(node) { try integer(Int.self, at: $0) }, as: T.self) }
        if T.self == Double?.self { return try same(unlessNull(node, double(at:)), as: T.self) }
        if T.self == Bool?.self { return try same(unlessNull(node, bool(at:)), as: T.self) }
        if T.self == Date?.self { return try same(unlessNull(node, date(at:)), as: T.self) }
        if T.self == Data?.self { return try same(unlessNull(node, data(at:)), as: T.self) }
        return nil
    }

    @inline(__always)
    private func unlessNull<U>(_ node: Int, _ read: (Int) throws -> U) rethrows -> U? {
        tag(at: node) == .null ? nil : try read(node)
    }

    private func data<T>(_ type: T.Type, at node: Int) throws -> T? {
        if T.self == Date.self { return try same(date(at: node), as: T.self) }
        if T.self == Data.self { return try same(data(at: node), as: T.self) }
        if T.self == [UInt8].self, tag(at: node) == .bytes { return same([UInt8](slice(at: node)), as: T.self) }
        guard flavor == .json else { return nil }
        if T.self == URL.self { return try same(url(at: node), as: T.self) }
        if T.self == Duration.self { return try same(duration(at: node), as: T.self) }
        return nil
    }

    private func number<T>(_ type: T.Type, at node: Int) throws -> T? {
        if T.self == Int64.self { return try same(integer(Int64.self, at: node), as: T.self) }
        if T.self == Int32.self { return try same(integer(Int32.self, at: node), as: T.self) }
        if T.self == Int16.self { return try same(integer(Int16.self, at: node), as: T.self) }
        if T.self == Int8.self { return try same(integer(Int8.self, at: node), as: T.self) }
        if T.self == UInt8.self { return try same(integer(UInt8.self, at: node), as: T.self) }
        if T.self == UInt16.self { return try same(integer(UInt16.self, at: node), as: T.self) }
        if T.self == UInt32.self { return try same(integer(UInt32.self, at: node), as: T.self) }
        if T.self == UInt64.self { return try same(integer(UInt64.self, at: node), as: T.self) }
        if T.self == UInt.self { return try same(integer(UInt.self, at: node), as: T.self) }
        if T.self == Float.self { return try same(float(at: node), as: T.self) }
        if T.self == Int128.self { return try same(integer(Int128.self, at: node), as: T.self) }
        if T.self == UInt128.self { return try same(integer(UInt128.self, at: node), as: T.self) }
        return nil
    }

    /// The date; in JSON from the text of JavaScript's `toJSON` or from milliseconds since 1970.
    private func date(at node: Int) throws -> Date {
        guard flavor == .json else {
            guard tag(at: node) == .date else { throw mismatch(Date.self, at: node) }
            return Date(timeIntervalSinceReferenceDate: Double(bitPattern: fixed(UInt64.self, at: node)))
        }
        if tag(at: node) == .integer || tag(at: node) == .double {
            return try Date(timeIntervalSince1970: double(at: node) / 1000)
        }
        guard tag(at: node) == .string else { throw mismatch(Date.self, at: node) }
        guard let date = JSONDate.date(of: text(at: node)) else {
            throw corrupted("The text at \(Self.name(of: path(to: node))) is not an ISO 8601 date.", at: node)
        }
        return date
    }

    private func data(at node: Int) throws -> Data {
        guard flavor == .json else {
            guard tag(at: node) == .bytes else { throw mismatch(Data.self, at: node) }
            return Data(slice(at: node))
        }
        guard tag(at: node) == .string else { throw mismatch(Data.self, at: node) }
        guard let data = Data(base64Encoded: text(at: node)) else {
            throw corrupted("The text at \(Self.name(of: path(to: node))) is not base64.", at: node)
        }
        return data
    }

    private func url(at node: Int) throws -> URL {
        guard let url = try URL(string: string(at: node)) else {
            throw corrupted("The text at \(Self.name(of: path(to: node))) is not a URL.", at: node)
        }
        return url
    }

    private func duration(at node: Int) throws -> Duration {
        guard tag(at: node) == .array, entries[node].length == 2 else { throw mismatch(Duration.self, at: node) }
        let seconds = try integer(Int64.self, at: node + 1)
        let attoseconds = try integer(Int64.self, at: next(after: node + 1))
        return Duration(secondsComponent: seconds, attosecondsComponent: attoseconds)
    }
}
