internal import Glibc

/// Where everything of a host is on disk.
///
/// The root may be passed through (0711) because sandboxes live below it under other users; what is the host's alone
/// is readable by nobody else.
struct DataDirectories {
    let root: String

    init(root: String) throws {
        try Self.make(root, 0o711)
        // Safe because the buffer that realpath returns is copied and freed.
        guard let resolved = unsafe realpath(root, nil) else { throw DirectoryError(root, errno) }
        self.root = unsafe String(cString: resolved)
        unsafe free(resolved)
        try Self.make(secrets, 0o700)
        try Self.make(sandboxes, 0o711)
    }

    var store: String { root + "/store" }
    var secrets: String { root + "/secrets" }
    var sandboxes: String { root + "/sandboxes" }
    var developmentKey: String { secrets + "/development.key" }
    var supervisorSocket: String { secrets + "/supervisor.sock" }
    var supervisorLog: String { secrets + "/supervisor.log" }

    private static func make(_ path: String, _ mode: mode_t) throws {
        guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else { throw DirectoryError(path, errno) }
    }
}

/// A directory that cannot be made.
struct DirectoryError: Error, CustomStringConvertible {
    let description: String

    init(_ path: String, _ code: Int32) {
        // Safe because strerror gives a C string for every number.
        description = unsafe "Cannot make the directory \(path): \(String(cString: strerror(code)))"
    }
}
