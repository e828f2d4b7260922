internal import CSQLite

/// The SQL database of one life of an object: its connection, and the transaction that the turn has open in it.
///
/// Isolation: confined to the object's cell. The connection is closed when the object's life ends, in whatever way.
package final class ObjectDatabase {
    package let connection: SQLConnection
    private let file: PageFile
    /// How many unchanged pages may stay in memory, 2 MB.
    private static let cachedPages = 500
    /// Whether a transaction is open, which takes in what the turn writes.
    private(set) var hasTransaction = false
    /// How many of the object's transactions have a savepoint.
    private var savepoints = 0

    package init(over rows: any PageRows, _ limits: HostLimits, world: World) throws {
        let file = try PageFile(rows: rows, transactionBytes: limits.sqlTransactionBytes)
        self.file = file
        connection = try PageFileSystem.opening(file) { path in
            try SQLConnection(
                path: path,
                vfs: PageFileSystem.name,
                limits: SQLLimits(limits, clock: world.clock),
                random: world.random
            )
        }
        do {
            try configure(limits)
        } catch {
            connection.close()
            throw error
        }
    }

    private func configure(_ limits: HostLimits) throws {
        var reserved = Int32(PageFile.reservedBytes)
        // Safe because the connection is open and SQLite reads the number during the call.
        guard
            unsafe sqlite3_file_control(connection.database, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved) == SQLITE_OK
        else { throw StorageError(.io, "SQLite keeps no room free in its pages.") }
        let pages = limits.sqlDatabaseBytes / PageFile.pageSize
        // Odd, for SQLite takes a multiple of 256 as "no", and then nothing bounds what is in memory.
        let changed = limits.sqlTransactionBytes / PageFile.pageSize | 1
        try connection.execute(
            """
            PRAGMA page_size=\(PageFile.pageSize);
            PRAGMA locking_mode=EXCLUSIVE;
            PRAGMA journal_mode=MEMORY;
            PRAGMA synchronous=OFF;
            PRAGMA secure_delete=OFF;
            PRAGMA cache_size=\(min(Self.cachedPages, changed));
            PRAGMA cache_spill=\(changed);
            PRAGMA max_page_count=\(pages)
            """
        )
    }

    /// Sees to it that what is written next belongs to the turn's transaction and to so many savepoints in it.
    package func begin(savepoints wanted: Int) throws {
        if !hasTransaction {
            try connection.execute("BEGIN")
            hasTransaction = true
            savepoints = 0
        }
        while savepoints < wanted {
            try connection.execute("SAVEPOINT s\(savepoints + 1)")
            savepoints += 1
        }
    }

    /// Ends the savepoint of that number, if anything was written in it.
    package func end(savepoint number: Int, keeping keeps: Bool) throws {
        guard hasTransaction, savepoints >= number else { return }
        if !keeps { try connection.execute("ROLLBACK TO s\(number)") }
        try connection.execute("RELEASE s\(number)")
        savepoints = number - 1
    }

    /// Hands over the pages that the turn has changed.
    package func commit() throws {
        guard hasTransaction else { return }
        try file.takingPages { try connection.execute("COMMIT") }
        hasTransaction = false
    }
}
