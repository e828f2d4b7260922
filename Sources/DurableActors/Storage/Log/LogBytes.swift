/// Big-endian integers and counted bytes in buffers of the log and of bundles.
extension [UInt8] {
    mutating func append(counted bytes: [UInt8]) {
        append(big: UInt32(bytes.count))
        append(contentsOf: bytes)
    }

    mutating func append<Value: FixedWidthInteger & UnsignedInteger>(big value: Value) {
        // Safe because the bytes are copied while the value is borrowed.
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }

    mutating func replace<Value: FixedWidthInteger & UnsignedInteger>(at offset: Int, big value: Value) {
        for place in 0..<Value.bitWidth / 8 {
            self[offset + place] = UInt8(truncatingIfNeeded: value >> Value(Value.bitWidth - 8 - place * 8))
        }
    }

    func big<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value
    {
        precondition(offset >= 0 && count - offset >= Value.bitWidth / 8, "An integer lies beyond the bytes.")
        // Safe because the range was just checked.
        return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }.bigEndian
    }

    /// The first offset of `start`, `start + step` and so on, up to `end`, at which a word of 4 bytes is.
    func firstWord(_ word: UInt32, from start: Int, step: Int, until end: Int) -> Int? {
        precondition(start >= 0 && step > 0 && end <= count - 4, "A word lies beyond the bytes.")
        let wanted = word.bigEndian
        // Safe because every load ends within the range that was just checked.
        return unsafe withUnsafeBytes { buffer in
            var offset = start
            while offset <= end {
                if unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self) == wanted { return offset }
                offset += step
            }
            return nil
        }
    }
}
