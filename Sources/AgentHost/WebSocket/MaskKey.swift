/// The four bytes a client combines its frames' payloads with.
package struct MaskKey: Sendable, Equatable {
    /// The key's bytes, the first one lowest.
    let bits: UInt32

    /// Makes a key whose first byte is the lowest of the given number; draw it from a cryptographic generator.
    package init(_ bits: UInt32) {
        self.bits = bits
    }

    /// Combines bytes with the key, which masks plain bytes and unmasks masked ones.
    ///
    /// - Parameters:
    ///   - bytes: The bytes to change in place.
    ///   - start: Where the payload begins in `bytes`; the key's first byte belongs there.
    package func apply(to bytes: inout [UInt8], from start: Int = 0) {
        let wide = (UInt64(bits) << 32 | UInt64(bits)).littleEndian
        // Safe because every access lies below the buffer's own count, eight bytes at a time while eight are left.
        unsafe bytes.withUnsafeMutableBytes { buffer in
            var index = start
            while index &+ 8 <= buffer.count {
                let word = unsafe buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                unsafe buffer.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
                index &+= 8
            }
            while index < buffer.count {
                let shift = UInt32(truncatingIfNeeded: (index &- start) & 3) &* 8
                unsafe buffer[index] ^= UInt8(truncatingIfNeeded: bits &>> shift)
                index &+= 1
            }
        }
    }
}
