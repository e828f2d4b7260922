internal import CLMDB
internal import Glibc

/// Turns the library's return codes into errors.
enum LMDBFailure {
    /// Throws unless `code` is success.
    static func check(_ code: Int32, _ action: @autoclosure () -> String) throws(StorageError) {
        guard code != MDB_SUCCESS else { return }
        throw error(code, action())
    }

    /// Throws unless a commit succeeded; tells a full disk from other failures.
    ///
    /// A write that the disk takes only in part is an input/output error to the library; what is left on the disk says
    /// whether it was full.
    @unsafe static func checkCommit(_ code: Int32, _ environment: OpaquePointer) throws(StorageError) {
        guard code != MDB_SUCCESS else { return }
        var descriptor: Int32 = -1
        var space = statvfs()
        // Safe because both pointers are to locals and the environment is open while a commit runs.
        if code == EIO, unsafe mdb_env_get_fd(environment, &descriptor) == MDB_SUCCESS,
            unsafe fstatvfs(descriptor, &space) == 0, space.f_bavail * space.f_bsize < fullBelowBytes
        {
            throw error(ENOSPC, "Cannot commit")
        }
        throw error(code, "Cannot commit")
    }

    /// With less than this left a disk counts as full: more than the largest value that one commit may carry.
    private static let fullBelowBytes: UInt = 4 << 20

    static func error(_ code: Int32, _ action: String) -> StorageError {
        // Safe because mdb_strerror returns a static text for every code.
        let text = unsafe String(cString: mdb_strerror(code))
        let kind: StorageError.Code
        switch code {
        case MDB_MAP_FULL, ENOSPC, EDQUOT: kind = .full
        case EACCES, EROFS, EPERM: kind = .readOnly
        case MDB_INVALID, MDB_VERSION_MISMATCH, MDB_CORRUPTED: kind = .format
        default: kind = .io
        }
        return StorageError(kind, "\(action): \(text)", engineCode: code)
    }
}
