internal import CProcess

/// The processors that the calling thread may run on, one bit each, up to 1,024 as in the C library.
struct CoreAffinity {
    private var bits = [UInt8](repeating: 0, count: 128)

    /// Reads the calling thread's.
    init() throws(SystemError) {
        let size = bits.count
        // safe because the kernel writes no more bytes than the array has, which is borrowed for the call.
        let code = unsafe affinity_get(&bits, size)
        try SystemError.check("sched_getaffinity", code)
    }

    /// The same with its first processor only.
    var first: CoreAffinity {
        var one = self
        for index in bits.indices { one.bits[index] = 0 }
        if let index = bits.firstIndex(where: { $0 != 0 }) { one.bits[index] = bits[index] & (~bits[index] &+ 1) }
        return one
    }

    /// Moves the calling thread onto these processors.
    func apply() throws(SystemError) {
        // safe because the kernel only reads the array's bytes, as many as it has, while it is borrowed.
        let code = unsafe affinity_set(bits, bits.count)
        try SystemError.check("sched_setaffinity", code)
    }
}
