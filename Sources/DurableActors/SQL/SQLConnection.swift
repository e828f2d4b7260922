internal import CSQLite
internal import Locks

/// One open database of SQLite, with the rules of an object's SQL.
///
/// Isolation: confined to the object's executor, but for `abandon`, which any thread may call.
@safe package final class SQLConnection {
    // Safe because the handle is opened and closed here, is nil once it is closed, and is used by one thread at a time,
    // the object's executor; its callbacks run only within calls made here, while `self` is alive.
    private(set) var database: OpaquePointer?
    private var limits: SQLLimits
    let random: any RandomSource
    private var users = StatementCache<SQLStatement>(count: SQLLimits.cachedStatements, bytes: SQLLimits.cachedBytes)
    private var own = StatementCache<SQLStatement>(count: 16, bytes: SQLLimits.cachedBytes)
    /// What has been prepared here and not yet finalized; modules such as FTS5 have statements of their own.
    private var prepared: Set<OpaquePointer> = unsafe []
    /// Statements of cursors that nobody refers to any more.
    private let abandoned = Mutex<[SQLStatement]>([])
    /// Whether the host itself is asking, who may do everything.
    private var isTrusted = false
    private var seen = Seen()
    /// What the call under way has used.
    private var steps = 0
    private var deadline: UInt64?

    /// What the statement being prepared turned out to hold.
    private struct Seen {
        var pragma = false
        var writingPragma = false  // one that SQLite takes for reading
        var alter = false
        var transaction = false
    }

    /// Opens the database; the file system is the one of that name, or the library's own.
    package init(path: String, vfs: String?, limits: SQLLimits, random: any RandomSource) throws(SQLFailure) {
        self.limits = limits
        self.random = random
        _ = PageFileSystem.isRegistered  // settles how the library allocates, before its first use
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        do throws(SQLFailure) {
            try check(unsafe sqlite3_open_v2(path, &database, flags, vfs))
            try secure()
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    private func secure() throws(SQLFailure) {
        unsafe sqlite3_extended_result_codes(database, 1)
        for (option, on) in Self.switches { unsafe da_sqlite_set(database, option, on) }
        for (category, value) in SQLLimits.fixed { unsafe sqlite3_limit(database, category, value) }
        try check(unsafe da_sqlite_drop_unused(database))
        try check(SQLFunctions.register(in: self))
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_set_authorizer(database, Self.authorizer, context)
        unsafe sqlite3_progress_handler(database, Int32(Self.stepsPerLook), Self.progress, context)
        try execute("PRAGMA temp_store=MEMORY")
    }

    private static let switches: [(Int32, Int32)] = [
        (SQLITE_DBCONFIG_ENABLE_FKEY, 1), (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
        (SQLITE_DBCONFIG_DQS_DML, 1), (SQLITE_DBCONFIG_DQS_DDL, 1), (SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0),
    ]

    /// Whether the connection can be used; a cursor on a closed one cannot.
    package var isOpen: Bool { unsafe database != nil }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { unsafe isOpen && sqlite3_get_autocommit(database) == 0 }

    /// How many rows have been written since the connection was opened.
    var totalChanges: Int64 { unsafe sqlite3_total_changes64(database) }

    /// Runs statements of the host's own, to their ends and without rules.
    package func execute(_ text: String) throws(SQLFailure) {
        _ = try trusting { () throws(SQLFailure) in
            try run(text)
        }
    }

    /// The number that the last row of the host's own statement begins with.
    package func number(_ text: String) throws(SQLFailure) -> Int64 {
        try trusting { () throws(SQLFailure) in
            guard case .integer(let number)? = try run(text).first else { return 0 }
            return number
        }
    }

    private func trusting<Result>(_ body: () throws(SQLFailure) -> Result) throws(SQLFailure) -> Result {
        finalizeAbandoned()
        begin()
        isTrusted = true
        defer { isTrusted = false }
        return try body()
    }

    private func run(_ text: String) throws(SQLFailure) -> [SqlStorageValue] {
        var last: [SqlStorageValue] = []
        var rest = Array(text.utf8)[...]
        var cached = own.take(text)
        while cached != nil || !rest.isEmpty {
            let prepared: Prepared
            if let statement = cached {
                prepared = Prepared(statement: statement, rest: [], isCacheable: true)
                cached = nil
            } else {
                prepared = try prepare(rest)
            }
            let isWhole = rest.count == text.utf8.count && prepared.rest.isEmpty
            rest = prepared.rest
            guard let statement = prepared.statement else { break }
            defer { release(statement, own: isWhole && prepared.isCacheable ? text : nil) }
            while try step(statement) { last = statement.row }
        }
        return last
    }

    /// Closes the connection with whatever is under way; cursors on it are over.
    package func close() {
        guard isOpen else { return }
        abandoned.withLock { $0 = [] }
        _ = users.removeAll()
        _ = own.removeAll()
        unsafe prepared.forEach { unsafe sqlite3_finalize($0) }
        unsafe prepared = []
        unsafe sqlite3_close_v2(database)
        unsafe database = nil
    }

    /// Gives back what memory it can; statements are prepared anew when they are next used.
    package func releaseMemory() {
        finalizeAbandoned()
        for statement in users.removeAll() + own.removeAll() { finalize(statement) }
        unsafe sqlite3_db_release_memory(database)
    }
}

extension SQLConnection {
    /// A statement and what follows it in its text.
    struct Prepared {
        /// Nil where there is nothing but space and comments.
        let statement: SQLStatement?
        let rest: ArraySlice<UInt8>
        /// Whether running it again does the same as preparing and running it again.
        let isCacheable: Bool
    }

    /// The statement that was kept for a text.
    func cached(_ text: String) -> SQLStatement? { users.take(text) }

    /// Prepares the first statement of a text.
    func prepare(_ text: ArraySlice<UInt8>) throws(SQLFailure) -> Prepared {
        seen = Seen()
        var pointer: OpaquePointer?
        var code = SQLITE_OK
        var length = text.count
        unsafe text.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
                var tail: UnsafePointer<CChar>?
                code = unsafe sqlite3_prepare_v3(
                    database,
                    start,
                    Int32(clamping: bytes.count),
                    UInt32(SQLITE_PREPARE_PERSISTENT),
                    &pointer,
                    &tail
                )
                if let tail = unsafe tail { length = unsafe tail - start }
            }
        }
        guard code == SQLITE_OK else {
            if seen.transaction { throw SQLFailure(refusal: SQLAuthorizer.transactionRefusal) }
            throw failure(code)
        }
        let statement = unsafe pointer.map { unsafe SQLStatement(pointer: $0, writes: seen.writingPragma) }
        if let pointer = unsafe pointer { unsafe prepared.insert(pointer) }
        let rest = text.dropFirst(length)
        if seen.alter, !isTrusted,
            SQLAuthorizer.namesReserved(String(decoding: text.dropLast(rest.count), as: UTF8.self))
        {
            if let statement { finalize(statement) }
            throw SQLFailure(SQLITE_AUTH, "not authorized")
        }
        return Prepared(
            statement: statement,
            rest: rest.drop { [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains($0) },
            isCacheable: !seen.pragma
        )
    }

    /// Binds values to all parameters.
    func bind(_ values: [SqlStorageValue], to statement: SQLStatement) throws(SQLFailure) {
        for (index, value) in values.enumerated() { try check(statement.bind(value, Int32(index + 1))) }
    }

    /// Goes on to the next row; false when there is none.
    func step(_ statement: SQLStatement) throws(SQLFailure) -> Bool {
        let wasInTransaction = isInTransaction
        let code = unsafe sqlite3_step(statement.pointer)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw failure(code, wasInTransaction: wasInTransaction)
    }

    /// Ends the use of a statement; it is kept if its text is given.
    func release(_ statement: SQLStatement, _ text: String? = nil, own ownText: String? = nil) {
        statement.reset()
        if let text {
            for removed in users.put(statement, text) { finalize(removed) }
        } else if let ownText {
            for removed in own.put(statement, ownText) { finalize(removed) }
        } else {
            finalize(statement)
        }
    }

    private func finalize(_ statement: SQLStatement) {
        unsafe prepared.remove(statement.pointer)
        unsafe sqlite3_finalize(statement.pointer)
    }

    /// Ends the use of a statement at the next call; from any thread.
    func abandon(_ statement: SQLStatement) { abandoned.withLock { $0.append(statement) } }

    /// Begins a call: what it may cost counts from here.
    func begin() {
        steps = 0
        deadline = nil
    }

    func finalizeAbandoned() {
        for statement in abandoned.withLock({ exchange(&$0, with: []) }) { finalize(statement) }
    }

    private func check(_ code: Int32) throws(SQLFailure) {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32, wasInTransaction: Bool = false) -> SQLFailure {
        let text =
            code & 0xFF == SQLITE_INTERRUPT ? Self.interruption : unsafe String(cString: sqlite3_errmsg(database))
        return SQLFailure(
            code,
            text,
            offset: unsafe sqlite3_error_offset(database),
            endedTransaction: wasInTransaction && !isInTransaction
        )
    }

    private static let interruption = "The SQL statement took longer than it may: interrupted"
    private static let stepsPerLook = 1000

    // Safe because the context is the connection, which is alive while a call on it runs, and the texts outlive the call.
    private static let authorizer:
        @convention(c) (
            UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
            UnsafePointer<CChar>?
        ) -> Int32 = { context, action, first, second, database, _ in
            guard let context = unsafe context else { return SQLITE_DENY }
            let connection = unsafe Unmanaged<SQLConnection>.fromOpaque(context).takeUnretainedValue()
            return connection.allows(
                action,
                unsafe first.map { unsafe String(cString: $0) },
                unsafe second.map { unsafe String(cString: $0) },
                database: unsafe database.map { unsafe String(cString: $0) }
            ) ? SQLITE_OK : SQLITE_DENY
        }

    private func allows(_ action: Int32, _ first: String?, _ second: String?, database: String?) -> Bool {
        switch action {
        case SQLITE_PRAGMA:
            seen.pragma = true
            seen.writingPragma = first == "optimize" || first == "defer_foreign_keys"
        case SQLITE_ALTER_TABLE: seen.alter = true
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT: seen.transaction = true
        default: break
        }
        return isTrusted || SQLAuthorizer.allows(action, first, second, database: database)
    }

    // Safe because the context is the connection, which is alive while a call on it runs.
    private static let progress: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
        guard let context = unsafe context else { return 0 }
        return unsafe Unmanaged<SQLConnection>.fromOpaque(context).takeUnretainedValue().mayGoOn() ? 0 : 1
    }

    private func mayGoOn() -> Bool {
        steps += Self.stepsPerLook
        let now = limits.clock.uptimeNanoseconds
        let end = deadline ?? now &+ limits.nanoseconds
        deadline = end
        return steps < limits.steps && now <= end
    }
}
