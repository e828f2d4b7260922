internal import CCrypto

/// The digests that identity needs, computed by the system's OpenSSL.
package enum Digest {
    /// SHA-256: 32 bytes.
    package static func sha256(_ data: some Sequence<UInt8>) -> [UInt8] {
        let input = Array(data)
        var output = [UInt8](repeating: 0, count: 32)
        // Safe because the input is read for its own length and the output has the 32 bytes that SHA-256 writes.
        unsafe input.withUnsafeBufferPointer { source in
            _ = unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe SHA256(source.baseAddress, source.count, target.baseAddress)
            }
        }
        return output
    }

    /// HMAC with SHA-256: 32 bytes.
    package static func hmacSHA256(key: [UInt8], _ data: some Sequence<UInt8>) -> [UInt8] {
        HMACKey(key).authenticate(data)
    }

    /// A slow hash of a password: PBKDF2 with HMAC-SHA-256, 32 bytes.
    package static func passwordHash(_ password: String, salt: [UInt8], iterations: Int) -> [UInt8] {
        let secret = Array(password.utf8).map { CChar(bitPattern: $0) }
        var output = [UInt8](repeating: 0, count: 32)
        // Safe because every buffer is passed with its own length.
        unsafe secret.withUnsafeBufferPointer { secret in
            unsafe salt.withUnsafeBufferPointer { salt in
                _ = unsafe output.withUnsafeMutableBufferPointer { target in
                    unsafe PKCS5_PBKDF2_HMAC(
                        secret.baseAddress,
                        Int32(secret.count),
                        salt.baseAddress,
                        Int32(salt.count),
                        Int32(iterations),
                        EVP_sha256(),
                        Int32(target.count),
                        target.baseAddress
                    )
                }
            }
        }
        return output
    }

    /// Compares without telling by its time where two texts differ.
    package static func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (first, second) in zip(left, right) { difference |= first ^ second }
        return difference == 0
    }
}
