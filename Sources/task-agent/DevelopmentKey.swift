internal import AgentHost
internal import Glibc

/// The API key that a developer pastes, made on the first start and kept in a file only the host's user reads.
struct DevelopmentKey {
    let path: String

    /// The key in the file, else a new one, which is then kept.
    func read(make: () throws -> String) throws -> String {
        if let known = load() { return known }
        let key = try make()
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DirectoryError(path, errno) }
        defer { close(descriptor) }
        let bytes = Array(key.utf8)
        // Safe because the array's own memory and length are passed.
        guard unsafe write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw DirectoryError(path, errno)
        }
        return key
    }

    private func load() -> String? {
        // A file that cannot be read is as good as none: the key is made anew.
        (try? SecretFile(path: path).read()).map { String(decoding: $0, as: UTF8.self) }
    }
}
