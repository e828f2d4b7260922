/// Fills a part of a record, whose length is known beforehand, from front to back with big-endian integers and bytes.
@safe struct LogFiller {
    // Safe because it is the memory of an array that `fill` holds while the filler is used, and every write is checked to
    // end within it.
    private let memory: UnsafeMutableRawBufferPointer
    private let count: Int
    private var offset = 0

    private init(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe self.memory = memory
        count = memory.count
    }

    /// Appends that many bytes to an array, all of which the filler puts.
    static func append(_ count: Int, to bytes: inout [UInt8], _ body: (inout LogFiller) -> Void) {
        bytes.append(addingCapacity: count) { span in
            // Safe because the filler ends with the closure, and has put all of the bytes that are said to be there.
            unsafe span.withUnsafeMutableBufferPointer { memory, initialized in
                var filler = unsafe LogFiller(
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(memory)[..<count])
                )
                body(&filler)
                precondition(filler.offset == filler.count, "What was put has another length than it says.")
                initialized = count
            }
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
