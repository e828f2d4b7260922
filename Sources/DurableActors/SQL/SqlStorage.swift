/// `ctx.storage.sql`: an object's own SQLite database.
///
/// Isolation: only on the object's executor; elsewhere every call throws. Nothing here suspends. Durability: what a turn
/// writes becomes durable with its other writes, all or nothing. Transactions are `storage.transaction` and
/// `transactionSync`; foreign keys are enforced. What SQLite refuses is an `SQLFailure`. A call that takes longer than
/// `HostLimits.sqlCallNanoseconds` is ended; if it was writing, the object is reset.
public struct SqlStorage: Sendable {
    let host: any SQLHost

    package init(_ host: any SQLHost) { self.host = host }

    /// The size of the database in bytes, without pages that are free.
    public var databaseSize: Int {
        get throws {
            try host.check()
            let connection = try host.connection()
            let pages = try connection.number("PRAGMA page_count") - connection.number("PRAGMA freelist_count")
            return Int(try pages * connection.number("PRAGMA page_size"))
        }
    }

    /// Executes the statements of a text and gives the rows of the last one.
    ///
    /// Only the last may have parameters, and exactly as many as there are bindings. A statement that fails leaves what
    /// those before it did. Values belong into bindings, or use `sql("…")`, where everything inserted is one: text put
    /// together with values in it can be turned into other statements by whoever chose the values.
    @discardableResult
    public func exec(_ query: String, _ bindings: (any SqlStorageBindable)?...) throws -> SqlStorageCursor {
        try exec(query, bindings: bindings.map { $0?.sqlStorageValue ?? .null })
    }

    /// Executes the statements of a text with bindings known only when the program runs.
    @discardableResult
    public func exec(_ query: String, bindings: [SqlStorageValue]) throws -> SqlStorageCursor {
        try host.check()
        let connection = try host.connection()
        connection.finalizeAbandoned()
        connection.begin()
        do {
            if let statement = connection.cached(query) {
                return try run(statement, query, bindings, connection)
            }
            var rest = Array(query.utf8)[...]
            var isFirst = true
            while true {
                let prepared = try connection.prepare(rest)
                guard let statement = prepared.statement else {
                    throw DurableObjectError(.invalidArgument, "SQL code did not contain a statement.")
                }
                rest = prepared.rest
                if rest.isEmpty {
                    return try run(statement, isFirst && prepared.isCacheable ? query : nil, bindings, connection)
                }
                isFirst = false
                try runAhead(statement, connection)
            }
        } catch let error as SQLFailure where error.endedTransaction {
            host.failed(error)
            throw error
        }
    }

    /// Runs a statement that others follow.
    private func runAhead(_ statement: SQLStatement, _ connection: SQLConnection) throws {
        guard statement.parameterCount == 0 else {
            connection.release(statement)
            throw DurableObjectError(
                .invalidArgument,
                "When executing multiple SQL statements in a single call, only the last statement can have parameters."
            )
        }
        if statement.isReadOnly {
            defer { connection.release(statement) }
            _ = try connection.step(statement)
        } else {
            try write(statement, nil, connection)
        }
    }

    /// Runs the last statement; it is kept under its text, if that is given.
    private func run(
        _ statement: SQLStatement,
        _ text: String?,
        _ bindings: [SqlStorageValue],
        _ connection: SQLConnection
    ) throws -> SqlStorageCursor {
        do {
            guard statement.parameterCount == bindings.count else {
                throw DurableObjectError(.invalidArgument, "Wrong number of parameter bindings for SQL query.")
            }
            try connection.bind(bindings, to: statement)
        } catch {
            connection.release(statement, text)
            throw error
        }
        return statement.isReadOnly
            ? try SqlStorageCursor(host, connection, reading: statement, text)
            : try write(statement, text, connection)
    }

    /// Runs a statement that may write to its end.
    @discardableResult
    private func write(
        _ statement: SQLStatement,
        _ text: String?,
        _ connection: SQLConnection
    ) throws -> SqlStorageCursor {
        defer { connection.release(statement, text) }
        try host.willWrite()
        let before = connection.totalChanges
        var rows: [[SqlStorageValue]] = []
        do throws(SQLFailure) {
            while try connection.step(statement) { rows.append(statement.row) }
        } catch {
            if !error.endedTransaction { host.didWrite() }
            throw error
        }
        host.didWrite()
        return SqlStorageCursor(
            host,
            connection,
            columnNames: statement.columnNames,
            buffered: rows,
            rowsRead: max(rows.count, statement.rowsScanned),
            rowsWritten: Int(connection.totalChanges - before)
        )
    }
}
