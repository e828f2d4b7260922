internal import CSQLite

extension SQLConnection {
    /// Throws unless SQLite finds every page, index and constraint in order; reads the whole database.
    package func checkIntegrity() throws(SQLFailure) {
        try execute(
            """
            SELECT CASE WHEN (SELECT group_concat(integrity_check) FROM pragma_integrity_check) <> 'ok'
            THEN abs(-9223372036854775808) END
            """
        )
    }

    /// How many bytes of memory its pages take.
    package var cachedBytes: Int {
        var (now, highest): (Int32, Int32) = (0, 0)
        // Safe because the connection is open and the numbers are locals.
        unsafe sqlite3_db_status(database, SQLITE_DBSTATUS_CACHE_USED, &now, &highest, 0)
        return Int(now)
    }
}
