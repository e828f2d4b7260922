internal import CLMDB
internal import Glibc
internal import Locks

/// The ordered store on LMDB: one environment, a table per `StoreTable`, every commit flushed to the disk.
///
/// Concurrency: LMDB readers never block and never wait. Read transactions are kept open but *reset* between uses,
/// because one that is not reset pins every page freed since (the file then grows without end), and reused because
/// renewing one is cheaper than beginning one. `MDB_NOTLS` unties them from threads. There is one writer at a time,
/// by LMDB's own lock, and a write begins and commits within one call on one thread.
@safe public final class LMDBStore: @unchecked Sendable {
    /// How large the map may become; address space only, the file grows as needed.
    public static let defaultMapBytes = 1 << 38

    /// Where the data is.
    package let directory: String
    // Safe because the environment and table handles are set once in init, before any other thread sees the store,
    // and LMDB's calls on them are made for concurrent use.
    let environment: OpaquePointer
    private let tables: [MDB_dbi]
    private let use = Mutex(Use())
    private let lock: Mutex<DirectoryLock?>

    /// Who uses the environment; it is closed once, by the last user after `close`.
    private struct Use {
        var idleReaders: [LMDBReader] = []
        var users = 0
        var isClosing = false
        var isClosed = false

        /// Whether the caller must close the environment now.
        mutating func mayClose() -> Bool {
            guard isClosing, users == 0, !isClosed else { return false }
            isClosed = true
            // Ended here and not by being let go of, for the last user's frame may still hold its reader.
            for reader in idleReaders { reader.end() }
            idleReaders = []
            return true
        }
    }

    /// Opens the data directory, making it (mode 0700) when it is not there.
    ///
    /// Throws `StorageError`: `inUse` when another process serves it, `readOnly`, `full`, `format` or `io` otherwise.
    public init(directory: String, mapBytes: Int = LMDBStore.defaultMapBytes) throws {
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw LMDBFailure.error(errno, "Cannot make the data directory \(directory)")
        }
        self.directory = directory
        lock = Mutex(try DirectoryLock(directory: directory))
        var handle: OpaquePointer?
        // Safe because the pointer is to a local; on failure the handle is closed as the library asks.
        try LMDBFailure.check(unsafe mdb_env_create(&handle), "Cannot create an LMDB environment")
        guard let handle = unsafe handle else { throw StorageError(.io, "LMDB gave no environment.") }
        do {
            unsafe environment = unsafe handle
            tables = try unsafe Self.open(handle, directory: directory, mapBytes: mapBytes)
        } catch {
            unsafe mdb_env_close(handle)
            throw error
        }
    }

    private static func open(_ environment: OpaquePointer, directory: String, mapBytes: Int) throws -> [MDB_dbi] {
        try unsafe LMDBFailure.check(mdb_env_set_mapsize(environment, mapBytes), "Cannot set the map size")
        try unsafe LMDBFailure.check(
            mdb_env_set_maxdbs(environment, UInt32(StoreTable.allCases.count)),
            "Cannot set tables"
        )
        try unsafe LMDBFailure.check(mdb_env_set_maxreaders(environment, 512), "Cannot set readers")
        let flags = UInt32(MDB_NOTLS | MDB_NORDAHEAD)
        // Safe because the path is passed as a C string for the call's duration.
        let opened = unsafe mdb_env_open(environment, directory, flags, 0o600)
        try LMDBFailure.check(opened, "Cannot open the data in \(directory)")
        var transaction: OpaquePointer?
        // Safe because the pointers are to locals and the transaction ends in this function on either path.
        try LMDBFailure.check(unsafe mdb_txn_begin(environment, nil, 0, &transaction), "Cannot begin")
        var tables: [MDB_dbi] = []
        do {
            for table in StoreTable.allCases {
                var handle = MDB_dbi()
                let result = unsafe mdb_dbi_open(transaction, table.name, UInt32(MDB_CREATE), &handle)
                try LMDBFailure.check(result, "Cannot open the table \(table.name)")
                tables.append(handle)
            }
        } catch {
            unsafe mdb_txn_abort(transaction)
            throw error
        }
        try unsafe LMDBFailure.check(mdb_txn_commit(transaction), "Cannot commit the tables")
        return tables
    }

    deinit {
        close()
    }

    func handle(_ table: StoreTable) -> MDB_dbi { tables[table.rawValue] }

    /// Counts the caller among the users and gives it a reader from an earlier use, if there is one.
    private func enter(takesReader: Bool) throws -> LMDBReader? {
        try use.withLock { use throws(StorageError) in
            if use.isClosing { throw StorageError(.io, "The store is closed.") }
            use.users += 1
            return takesReader ? use.idleReaders.popLast() : nil
        }
    }

    private func leave(_ reader: LMDBReader?) {
        let closes = use.withLock { use in
            if let reader { use.idleReaders.append(reader) }
            use.users -= 1
            return use.mayClose()
        }
        if closes { closeEnvironment() }
    }

    private func closeEnvironment() {
        // Safe because `mayClose` says so to one caller, when no transaction is open and none can begin.
        unsafe mdb_env_close(environment)
        lock.withLock { $0 = nil }
    }
}

extension LMDBStore: OrderedStore {
    package func read<Result>(_ body: (any OrderedSnapshot) throws -> Result) throws -> Result {
        let known = try enter(takesReader: true)
        var returned: LMDBReader?
        defer { leave(returned) }
        let reader = if let known { known } else { try unsafe LMDBReader(environment: environment) }
        returned = reader
        if known != nil { try reader.renew() }
        defer { reader.reset() }
        return try unsafe body(LMDBTransaction(store: self, transaction: reader.transaction, rows: nil))
    }

    package func write(_ body: (any OrderedTransaction) throws -> Void) throws {
        _ = try enter(takesReader: false)
        defer { leave(nil) }
        var transaction: OpaquePointer?
        // Safe because the pointer is to a local and the transaction ends in this function on every path.
        try LMDBFailure.check(unsafe mdb_txn_begin(environment, nil, 0, &transaction), "Cannot begin a commit")
        guard let transaction = unsafe transaction else { throw StorageError(.io, "LMDB gave no transaction.") }
        let rows = RowsCursor()
        do {
            try unsafe body(LMDBTransaction(store: self, transaction: transaction, rows: rows))
            rows.close()
        } catch {
            rows.close()
            unsafe mdb_txn_abort(transaction)
            throw error
        }
        try unsafe LMDBFailure.checkCommit(mdb_txn_commit(transaction), environment)
    }

    package func close() {
        let closes = use.withLock { use in
            use.isClosing = true
            return use.mayClose()
        }
        if closes { closeEnvironment() }
    }
}
