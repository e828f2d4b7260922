package import Cluster
internal import Glibc

/// A short file that only the host's user should read.
package struct SecretFile {
    private static let maximumBytes = 4096

    private let path: String

    /// The file at a path.
    package init(path: String) { self.path = path }

    /// Its content without the white space at its end; throws when it cannot be read or is empty.
    package func read() throws(ClusterError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal(errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: Self.maximumBytes)
        // Safe because at most the buffer's length is read.
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw refusal(errno) }
        var content = buffer.prefix(count)
        while let last = content.last, last <= UInt8(ascii: " ") { content.removeLast() }
        guard !content.isEmpty else { throw refusal(ENODATA) }
        return Array(content)
    }

    private func refusal(_ code: Int32) -> ClusterError {
        // Safe because strerror gives a C string for every number.
        ClusterError(.invalid, unsafe "Cannot read \(path): \(String(cString: strerror(code)))")
    }
}
