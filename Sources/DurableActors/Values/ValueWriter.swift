/// Appends tagged values of the binary format to a growing run of bytes.
///
/// With the JSON flavor it writes only what JSON has: what JSON lacks is turned into its customary JSON shape first.
struct ValueWriter {
    var bytes: [UInt8] = []
    let flavor: ValueFlavor

    init(flavor: ValueFlavor) {
        self.flavor = flavor
    }

    mutating func tag(_ tag: ValueTag) {
        bytes.append(tag.rawValue)
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func fixed<I: FixedWidthInteger>(_ value: I) {
        for shift in stride(from: 0, to: I.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func null() {
        tag(.null)
    }

    mutating func bool(_ value: Bool) {
        tag(value ? .true : .false)
    }

    mutating func integer(_ value: Int64) {
        tag(.integer)
        varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    mutating func integer<I: FixedWidthInteger & Sendable>(_ value: I) throws {
        if let small = Int64(exactly: value) { return integer(small) }
        guard flavor == .binary else { return try inexact(value) }
        if let unsigned = UInt64(exactly: value) {
            tag(.unsigned)
            fixed(unsigned)
        } else if let wide = Int128(exactly: value) {
            tag(.wideInteger)
            fixed(wide)
        } else {
            tag(.wideUnsigned)
            fixed(value)
        }
    }

    mutating func double(_ value: Double) {
        guard flavor == .binary || value.isFinite else { return null() }
        tag(.double)
        fixed(value.bitPattern)
    }

    /// Writes a float; in JSON as the double of the same shortest decimal text, so that 0.1 stays 0.1.
    mutating func float(_ value: Float) {
        guard flavor == .binary else { return double(Double(value.description) ?? Double(value)) }
        tag(.float)
        fixed(value.bitPattern)
    }

    mutating func string(_ value: String) {
        tag(.string)
        key(value)
    }

    /// Writes a member's key, which is a string without its tag.
    mutating func key(_ value: String) {
        let text = value.utf8
        varint(UInt64(text.count))
        bytes.append(contentsOf: text)
    }

    mutating func raw(_ value: some Collection<UInt8>) {
        tag(.bytes)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes an integer past 64 bits as JSON's double, if the double is exactly it.
    private mutating func inexact<I: FixedWidthInteger & Sendable>(_ value: I) throws {
        guard let double = Double(exactly: value) else {
            throw ValueRefusal(value: value, reason: "JSON has no exact number for the integer \(value)")
        }
        self.double(double)
    }
}

/// A value the writer cannot express, before the place it stands at is known.
struct ValueRefusal: Error {
    let value: any Sendable
    let reason: String
}
