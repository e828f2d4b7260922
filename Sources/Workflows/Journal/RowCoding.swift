internal import DurableActors

/// A row that every step writes: fields in a fixed order, without names.
protocol CompactRow {
    func write(to row: inout RowWriter)
    init(from row: inout RowReader) throws
}

/// Writes the form's number, then numbers of seven bits a byte, the lowest first, and counted bytes.
struct RowWriter {
    /// 1 began the rows of journals that were stored as any values are.
    static let form: UInt8 = 2

    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int = 96) {
        bytes.reserveCapacity(capacity)
        bytes.append(Self.form)
    }

    init(_ row: some CompactRow, reserving capacity: Int = 96) {
        self.init(reserving: capacity)
        row.write(to: &self)
    }

    /// Appends fields that have so many bytes at most: the memory is looked at once for all of them.
    @inline(__always)
    mutating func append(atMost count: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        bytes.append(addingCapacity: count, initializingWith: write)
    }

    mutating func append(_ number: UInt64) { append(atMost: 10) { $0.append(number: number) } }

    mutating func append(_ number: Int64) { append(atMost: 10) { $0.append(signed: number) } }

    mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func append(counted: some Collection<UInt8>) {
        append(UInt64(counted.count))
        append(raw: counted)
    }

    mutating func append(raw: some Collection<UInt8>) { bytes.append(contentsOf: raw) }

    /// Writes whether there is a value, and the value.
    mutating func append<Value>(_ value: Value?, _ write: (inout RowWriter, Value) -> Void) {
        append(value != nil)
        if let value { write(&self, value) }
    }
}

/// Reads what `RowWriter` wrote; throws at the end of a row that is too short, and for a row of another form.
struct RowReader {
    private let bytes: [UInt8]
    private var offset = 1

    init(_ bytes: [UInt8]) throws {
        guard bytes.first == RowWriter.form else { throw bytes.isEmpty ? Self.malformed : Self.otherForm }
        self.bytes = bytes
    }

    private static var otherForm: StorageError {
        StorageError(.format, "A workflow's journal was written by another version of this package.")
    }

    var isAtEnd: Bool { offset == bytes.count }

    static var malformed: StorageError { StorageError(.format, "A row of a workflow's journal is malformed.") }

    private mutating func byte() throws -> UInt8 {
        guard offset < bytes.count else { throw Self.malformed }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func number() throws -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while shift < 64 {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw Self.malformed
    }

    mutating func signed() throws -> Int64 {
        let value = try number()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func count() throws -> Int { Int(clamping: try number()) }

    mutating func flag() throws -> Bool { try byte() != 0 }

    mutating func counted() throws -> [UInt8] { try raw(try count()) }

    mutating func raw(_ count: Int) throws -> [UInt8] {
        guard count <= bytes.count - offset else { throw Self.malformed }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    mutating func text() throws -> String { String(decoding: try counted(), as: UTF8.self) }

    /// One of the values of a list, by its place.
    mutating func one<Value>(of values: [Value]) throws -> Value {
        let place = try count()
        guard values.indices.contains(place) else { throw Self.malformed }
        return values[place]
    }

    mutating func optional<Value>(_ read: (inout RowReader) throws -> Value) throws -> Value? {
        try flag() ? try read(&self) : nil
    }
}

extension RowWriter {
    /// Writes the place of a value in a list of all there are.
    mutating func append<Value: Equatable>(_ value: Value, of values: [Value]) {
        append(Self.place(of: value, in: values))
    }

    static func place<Value: Equatable>(of value: Value, in values: [Value]) -> UInt64 {
        guard let place = values.firstIndex(of: value) else { preconditionFailure("\(value) has no place on disk.") }
        return UInt64(place)
    }
}

/// Fields where the memory for them is known to be there.
extension OutputSpan<UInt8> {
    /// At most ten bytes.
    @inline(__always)
    mutating func append(number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// At most ten bytes.
    @inline(__always)
    mutating func append(signed number: Int64) {
        append(number: UInt64(bitPattern: (number << 1) ^ (number >> 63)))
    }

    @inline(__always)
    mutating func append(flag: Bool) { append(flag ? 1 : 0) }
}
