internal import CCrypto

/// A key of HMAC with SHA-256, whose own part of the two hashes is made once.
///
/// OpenSSL's `HMAC` looks its algorithm up by name in each call, which takes it ten times what the hashes do.
package struct HMACKey: Sendable {
    private static let block = 64

    private let inner: SHA256_CTX
    private let outer: SHA256_CTX

    package init(_ key: [UInt8]) {
        var padded = key.count > Self.block ? Digest.sha256(key) : key
        padded += [UInt8](repeating: 0, count: Self.block - padded.count)
        inner = Self.hash(padded.map { $0 ^ 0x36 }, after: nil)
        outer = Self.hash(padded.map { $0 ^ 0x5C }, after: nil)
    }

    /// The 32 bytes that tell that whoever has the key has seen these.
    package func authenticate(_ data: some Sequence<UInt8>) -> [UInt8] {
        Self.digest(Self.hash(Self.digest(Self.hash(Array(data), after: inner)), after: outer))
    }

    private static func hash(_ data: [UInt8], after state: SHA256_CTX?) -> SHA256_CTX {
        var context = state ?? SHA256_CTX()
        // Safe because the context is a local and the data is read for its own length.
        if state == nil { unsafe SHA256_Init(&context) }
        unsafe data.withUnsafeBufferPointer { _ = unsafe SHA256_Update(&context, $0.baseAddress, $0.count) }
        return context
    }

    private static func digest(_ context: SHA256_CTX) -> [UInt8] {
        var context = context
        // Safe because SHA-256 writes 32 bytes.
        return unsafe [UInt8](unsafeUninitializedCapacity: 32) { bytes, count in
            unsafe SHA256_Final(bytes.baseAddress, &context)
            count = 32
        }
    }
}
