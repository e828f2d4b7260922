#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ValueWriter {
    /// Writes the value if its type is one the format has its own shape for; otherwise writes nothing.
    ///
    /// The depth is that of the containers around the value. Returns whether the value was written.
    mutating func direct<T>(_ value: T, depth: Int) throws -> Bool {
        if let value = same(value, as: String.self) {
            string(value)
        } else if let value = same(value, as: Int.self) {
            integer(Int64(value))
        } else if let value = same(value, as: Double.self) {
            double(value)
        } else if let value = same(value, as: Bool.self) {
            bool(value)
        } else if try optional(value) {
            return true
        } else if let value = same(value, as: JSONValue.self) {
            try json(value, depth: depth)
        } else if try data(value) {
            return true
        } else {
            return try number(value)
        }
        return true
    }

    private mutating func optional<T>(_ value: T) throws -> Bool {
        if let value = same(value, as: String?.self) {
            if let value { string(value) } else { null() }
        } else if let value = same(value, as: Int?.self) {
            if let value { integer(Int64(value)) } else { null() }
        } else if let value = same(value, as: Double?.self) {
            if let value { double(value) } else { null() }
        } else if let value = same(value, as: Bool?.self) {
            if let value { bool(value) } else { null() }
        } else if let value = same(value, as: Date?.self) {
            if let value { date(value) } else { null() }
        } else if let value = same(value, as: Data?.self) {
            if let value { data(value) } else { null() }
        } else if let value = same(value, as: [UInt8]?.self) {
            if let value { octets(value) } else { null() }
        } else {
            return false
        }
        return true
    }

    private mutating func data<T>(_ value: T) throws -> Bool {
        if let value = same(value, as: Date.self) {
            date(value)
        } else if let value = same(value, as: Data.self) {
            data(value)
        } else if let value = same(value, as: [UInt8].self) {
            octets(value)
        } else if flavor == .json, let value = same(value, as: URL.self) {
            string(value.absoluteString)
        } else if flavor == .json, let value = same(value, as: Duration.self) {
            duration(value)
        } else {
            return false
        }
        return true
    }

    private mutating func number<T>(_ value: T) throws -> Bool {
        if let value = same(value, as: Int64.self) {
            integer(value)
        } else if let value = same(value, as: Int32.self) {
            integer(Int64(value))
        } else if let value = same(value, as: Int16.self) {
            integer(Int64(value))
        } else if let value = same(value, as: Int8.self) {
            integer(Int64(value))
        } else if let value = same(value, as: UInt8.self) {
            integer(Int64(value))
        } else if let value = same(value, as: UInt16.self) {
            integer(Int64(value))
        } else if let value = same(value, as: UInt32.self) {
            integer(Int64(value))
        } else if let value = same(value, as: Float.self) {
            float(value)
        } else {
            return try wideNumber(value)
        }
        return true
    }

    private mutating func wideNumber<T>(_ value: T) throws -> Bool {
        if let value = same(value, as: UInt.self) {
            try integer(value)
        } else if let value = same(value, as: UInt64.self) {
            try integer(value)
        } else if let value = same(value, as: Int128.self) {
            try integer(value)
        } else if let value = same(value, as: UInt128.self) {
            try integer(value)
        } else {
            return false
        }
        return true
    }

    mutating func date(_ value: Date) {
        guard flavor == .json else {
            tag(.date)
            return fixed(value.timeIntervalSinceReferenceDate.bitPattern)
        }
        guard let text = JSONDate.text(of: value) else { return null() }
        string(text)
    }

    mutating func data(_ value: Data) {
        if flavor == .json { string(value.base64EncodedString()) } else { raw(value) }
    }

    mutating func octets(_ value: [UInt8]) {
        guard flavor == .json else { return raw(value) }
        tag(.array)
        varint(UInt64(value.count))
        for octet in value { integer(Int64(octet)) }
    }

    /// Writes whole seconds and attoseconds, the pair that keeps a duration exact in 64-bit integers.
    private mutating func duration(_ value: Duration) {
        tag(.array)
        varint(2)
        integer(value.components.seconds)
        integer(value.components.attoseconds)
    }

    /// Writes a JSON value as the tagged value of the same shape.
    mutating func json(_ value: JSONValue, depth: Int) throws {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let items):
            guard depth < ValueCodingLimits.depth else { throw ValueCodingError.tooDeep() }
            tag(.array)
            varint(UInt64(items.count))
            for item in items { try json(item, depth: depth + 1) }
        case .object(let object):
            guard depth < ValueCodingLimits.depth else { throw ValueCodingError.tooDeep() }
            tag(.map)
            varint(UInt64(object.count))
            for member in object {
                key(member.key)
                try json(member.value, depth: depth + 1)
            }
        }
    }
}
