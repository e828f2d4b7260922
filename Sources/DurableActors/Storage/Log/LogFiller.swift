/// Fills the bytes of a record, whose length is known beforehand, from front to back with big-endian integers and bytes.
@safe struct LogFiller {
    // Safe because it is the memory of an array that `fill` holds while the filler is used, and every write is checked to
    // end within it.
    private let memory: UnsafeMutableRawBufferPointer
    private let count: Int
    private(set) var offset = 0

    private init(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe self.memory = memory
        count = memory.count
    }

    /// Gives an array that many bytes, in the memory that it has where that is enough: what the filler puts, then zeros.
    static func fill(_ bytes: inout [UInt8], count: Int, _ body: (inout LogFiller) -> Void) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: repeatElement(0, count: count))
        // Safe because the filler ends with the closure.
        unsafe bytes.withUnsafeMutableBytes { memory in
            var filler = unsafe LogFiller(memory)
            body(&filler)
        }
    }

    @inline(__always)
    mutating func put<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(big value: Value) {
        let end = offset + Value.bitWidth / 8
        precondition(end <= count, "An integer lies beyond the record.")
        // Safe because the range was just checked.
        unsafe memory.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
        offset = end
    }

    @inline(__always)
    mutating func put(counted bytes: [UInt8]) {
        put(big: UInt32(bytes.count))
        precondition(bytes.count <= count - offset, "Bytes lie beyond the record.")
        // Safe because the range was just checked; the array is borrowed for the copy.
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress, let target = unsafe memory.baseAddress else { return }
            unsafe (target + offset).copyMemory(from: start, byteCount: source.count)
        }
        offset += bytes.count
    }
}
