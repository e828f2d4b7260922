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
}
