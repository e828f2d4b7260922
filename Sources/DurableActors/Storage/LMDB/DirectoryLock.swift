internal import Glibc

/// Keeps a second process away from a data directory, for as long as the value lives or the process does.
///
/// The kernel drops the lock when the process dies, however it dies.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    init(directory: String) throws(StorageError) {
        let path = directory + "/host.lock"
        // Safe because the path is passed as a C string for the call's duration.
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LMDBFailure.error(errno, "Cannot open \(path)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StorageError(.inUse, "The data directory \(directory) is in use by another process.")
        }
    }

    deinit {
        close(descriptor)
    }
}
