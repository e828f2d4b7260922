import Glibc

extension FileTree {
    /// What a symbolic link points to, or nil when it cannot be read.
    package static func linkTarget(_ path: String) -> String? {
        // safe because readlink writes at most the capacity, and the count set is what it wrote.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
            guard let base = buffer.baseAddress else { return }
            // safe because readlink writes bytes, at most as many as the buffer has.
            let count = unsafe base.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
                unsafe readlink(path, $0, buffer.count)
            }
            filled = max(0, count)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
