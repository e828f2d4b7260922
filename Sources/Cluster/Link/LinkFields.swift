/// Reads the fields of one frame, in order.
struct LinkFields {
    private var rest: ArraySlice<UInt8>

    init(_ body: ArraySlice<UInt8>) { rest = body }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(LinkEnd) -> Value {
        var value: Value = 0
        for byte in try bytes(Value.bitWidth / 8) { value = value << 8 | Value(truncatingIfNeeded: byte) }
        return value
    }

    mutating func bytes(_ count: Int) throws(LinkEnd) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw .violation("a frame ends too early") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func text(count: Int) throws(LinkEnd) -> String {
        guard let text = String(validating: try bytes(count), as: UTF8.self) else {
            throw .violation("a text is not UTF-8")
        }
        return text
    }

    mutating func remainder() -> ArraySlice<UInt8> {
        defer { rest = [] }
        return rest
    }
}

extension [UInt8] {
    /// Adds an integer, its highest byte first.
    mutating func append<Value: FixedWidthInteger & UnsignedInteger>(bigEndian value: Value) {
        var shift = Value.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> Value(truncatingIfNeeded: shift)))
        }
    }
}
