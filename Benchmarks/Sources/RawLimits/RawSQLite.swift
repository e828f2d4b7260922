internal import CRawSQLite
internal import Glibc

/// A database in a file of its own, with a write-ahead log that is flushed at each commit.
///
/// Safe because a file's handles are used by one thread at a time: the one to which its number belongs.
@safe
final class RawSQLite: @unchecked Sendable {
    static let value = [UInt8](repeating: 0x76, count: 100)

    private var database: OpaquePointer?
    private var insertion: OpaquePointer?
    private var selection: OpaquePointer?

    /// Opens the file; commits are flushed.
    init(path: String) throws {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        try unsafe check("sqlite3_open_v2", sqlite3_open_v2(path, &database, flags, nil))
        try execute("PRAGMA synchronous=FULL")
        // The log's files stay when the last connection closes, so that the next has none to make.
        var stays: Int32 = 1
        try unsafe check(
            "sqlite3_file_control",
            sqlite3_file_control(database, "main", SQLITE_FCNTL_PERSIST_WAL, &stays)
        )
    }

    /// Makes a new file one with a write-ahead log, for good, and a table in it.
    func makeTable() throws {
        try execute("PRAGMA journal_mode=WAL; CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)")
    }

    /// Inserts so many rows in one transaction.
    func fill(rows: Int) throws {
        try execute("BEGIN")
        for _ in 0..<rows { try insert() }
        try execute("COMMIT")
    }

    /// Inserts a row, which is durable on return outside a transaction.
    func insert() throws {
        if unsafe insertion == nil { unsafe insertion = try unsafe prepare("INSERT INTO t (v) VALUES (?)") }
        // safe because the value lasts as long as the process.
        try unsafe check(
            "sqlite3_bind_blob",
            Self.value.withUnsafeBytes { unsafe sqlite3_bind_blob(insertion, 1, $0.baseAddress, Int32($0.count), nil) }
        )
        try unsafe check("sqlite3_step", sqlite3_step(insertion), SQLITE_DONE)
        try unsafe check("sqlite3_reset", sqlite3_reset(insertion))
    }

    /// The bytes of the row under a key, copied.
    func select(_ key: Int) throws -> [UInt8] {
        if unsafe selection == nil { unsafe selection = try unsafe prepare("SELECT v FROM t WHERE k = ?") }
        try unsafe check("sqlite3_bind_int64", sqlite3_bind_int64(selection, 1, Int64(key)))
        try unsafe check("sqlite3_step", sqlite3_step(selection), SQLITE_ROW)
        let bytes = unsafe [UInt8](
            UnsafeRawBufferPointer(
                start: sqlite3_column_blob(selection, 0),
                count: Int(sqlite3_column_bytes(selection, 0))
            )
        )
        try unsafe check("sqlite3_reset", sqlite3_reset(selection))
        return bytes
    }

    func close() {
        unsafe sqlite3_finalize(insertion)
        unsafe sqlite3_finalize(selection)
        unsafe sqlite3_close(database)
        unsafe (insertion, selection, database) = (nil, nil, nil)
    }

    private func execute(_ text: String) throws {
        try unsafe check("sqlite3_exec", sqlite3_exec(database, text, nil, nil, nil))
    }

    @unsafe private func prepare(_ text: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        try unsafe check("sqlite3_prepare_v3", sqlite3_prepare_v3(database, text, -1, flags, &statement, nil))
        return unsafe statement
    }

    private func check(_ call: String, _ code: Int32, _ wanted: Int32 = SQLITE_OK) throws {
        guard code == wanted else { throw SystemError(call: call, code: code) }
    }
}
