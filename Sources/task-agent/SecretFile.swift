internal import Glibc

/// A short file that only the host's user should read.
struct SecretFile {
    private static let maximumBytes = 4096

    let path: String

    /// Its content without the white space at its end; throws when it cannot be read or is empty.
    func read() throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SecretFileError(path, errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: Self.maximumBytes)
        // Safe because at most the buffer's length is read.
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw SecretFileError(path, errno) }
        var content = buffer.prefix(count)
        while let last = content.last, last <= UInt8(ascii: " ") { content.removeLast() }
        guard !content.isEmpty else { throw SecretFileError(path, ENODATA) }
        return Array(content)
    }
}

/// A file that cannot be read.
struct SecretFileError: Error, CustomStringConvertible {
    let description: String

    init(_ path: String, _ code: Int32) {
        // Safe because strerror gives a C string for every number.
        description = unsafe "Cannot read \(path): \(String(cString: strerror(code)))"
    }
}
