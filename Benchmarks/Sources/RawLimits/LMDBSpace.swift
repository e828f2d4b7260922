internal import CRawLMDB

/// How many bytes of an environment's file are in use: the pages of all its tables.
@safe public enum LMDBSpace {
    /// Reads the figure from an environment that no process has open; at most four tables, named.
    public static func usedBytes(in directory: String, tables: [String]) throws -> Int {
        var created: OpaquePointer?
        try unsafe check("mdb_env_create", mdb_env_create(&created))
        // safe because nothing uses the environment after this function.
        defer { unsafe mdb_env_close(created) }
        try unsafe check("mdb_env_set_maxdbs", mdb_env_set_maxdbs(created, UInt32(tables.count)))
        try unsafe check("mdb_env_set_mapsize", mdb_env_set_mapsize(created, 64 << 30))
        try unsafe check("mdb_env_open", mdb_env_open(created, directory, UInt32(MDB_RDONLY), 0o600))
        var transaction: OpaquePointer?
        try unsafe check("mdb_txn_begin", mdb_txn_begin(created, nil, UInt32(MDB_RDONLY), &transaction))
        defer { unsafe mdb_txn_abort(transaction) }
        var pages = 0
        for table in tables {
            var handle = MDB_dbi()
            try unsafe check("mdb_dbi_open", mdb_dbi_open(transaction, table, 0, &handle))
            var found = MDB_stat()
            try unsafe check("mdb_stat", mdb_stat(transaction, handle, &found))
            pages += found.ms_branch_pages + found.ms_leaf_pages + found.ms_overflow_pages
        }
        return pages * 4096
    }

    private static func check(_ call: String, _ code: Int32) throws(SystemError) {
        guard code == 0 else { throw SystemError(call: call, code: code) }
    }
}
