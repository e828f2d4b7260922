internal import CLMDB
internal import Glibc

/// Turns the library's return codes into errors.
enum LMDBFailure {
    /// Throws unless `code` is success.
    static func check(_ code: Int32, _ action: @autoclosure () -> String) throws(StorageError) {
        guard code != MDB_SUCCESS else { return }
        throw error(code, action())
    }

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
