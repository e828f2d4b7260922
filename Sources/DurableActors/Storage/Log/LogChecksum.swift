/// A checksum of 64 bits over whole words of 8 bytes, in four lanes.
///
/// Each step maps state and word to a new state and is invertible in either, as is the joining of the lanes: two inputs
/// that differ in one word never have the same sum, others with a chance of 2⁻⁶⁴. The constants are those of xxHash.
enum LogChecksum {
    private static let first: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    /// The sum of `bytes[start..<end]`, a multiple of 8; another salt gives another sum.
    static func of(_ bytes: [UInt8], from start: Int, to end: Int, salt: UInt64) -> UInt64 {
        precondition(start >= 0 && start <= end && end <= bytes.count && (end - start) % 8 == 0, "Whole words only.")
        // Safe because every load is of 8 bytes within the range that was just checked.
        return unsafe bytes.withUnsafeBytes { buffer in
            var lanes = (salt &+ first, salt &+ second, salt ^ first, salt ^ second)
            var offset = start
            while offset + 32 <= end {
                lanes.0 = step(lanes.0, unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                lanes.1 = step(lanes.1, unsafe buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
                lanes.2 = step(lanes.2, unsafe buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self))
                lanes.3 = step(lanes.3, unsafe buffer.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self))
                offset += 32
            }
            while offset < end {
                lanes.0 = step(lanes.0, unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var sum = UInt64(end - start)
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { sum = step(sum, lane) }
            sum ^= sum >> 29
            return sum &* second
        }
    }

    @inline(__always)
    private static func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let mixed = state ^ (word.littleEndian &* second)
        return (mixed << 31 | mixed >> 33) &* first
    }
}
