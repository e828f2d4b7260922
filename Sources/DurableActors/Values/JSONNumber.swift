/// The decimal text of doubles, as JavaScript's `Number.prototype.toString` defines it.
enum JSONNumber {
    /// Appends the shortest text that reads back as the same finite double.
    static func append(_ value: Double, to bytes: inout [UInt8]) {
        if let integer = Int64(exactly: value), integer.magnitude < 1 << 53 {
            return bytes.append(contentsOf: String(integer).utf8)
        }
        let (digits, point) = shortest(value.magnitude)
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        switch point {
        case digits.count...21 where digits.count <= 21:
            bytes.append(contentsOf: digits)
            zeros(point - digits.count, to: &bytes)
        case 1...21:
            bytes.append(contentsOf: digits[..<point])
            bytes.append(UInt8(ascii: "."))
            bytes.append(contentsOf: digits[point...])
        case -5...0:
            bytes.append(contentsOf: "0.".utf8)
            zeros(-point, to: &bytes)
            bytes.append(contentsOf: digits)
        default:
            bytes.append(digits[0])
            if digits.count > 1 {
                bytes.append(UInt8(ascii: "."))
                bytes.append(contentsOf: digits[1...])
            }
            bytes.append(contentsOf: (point > 0 ? "e+" : "e").utf8)
            bytes.append(contentsOf: String(point - 1).utf8)
        }
    }

    private static func zeros(_ count: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: count))
    }

    /// The fewest digits that tell the number from its neighbours, and how many of them stand before the point.
    ///
    /// Swift's own description has these digits, though it sets the point and the exponent by other rules.
    private static func shortest(_ value: Double) -> (digits: [UInt8], point: Int) {
        var (digits, point, exponent) = ([UInt8](), Int?.none, 0)
        var text = value.description.utf8[...]
        if let mark = text.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(Substring(text[text.index(after: mark)...])) ?? 0
            text = text[..<mark]
        }
        for byte in text {
            if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
        }
        var place = (point ?? digits.count) + exponent
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        place -= leading
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, place)
    }
}
