/// The rows of a result, read one at a time.
///
/// The first row is read when the statement is executed, and each later one when the row before it is taken, so that
/// memory holds one row however long the result is. A statement that writes has done so when `exec` returns. Cursors do
/// not disturb each other, nor what is executed between their rows. Isolation: only on the object's executor; elsewhere
/// every call throws. `deleteAll` and the object's reset end it.
///
/// ```swift
/// let cursor = try ctx.storage.sql.exec("SELECT id, title FROM tasks ORDER BY id")
/// while let row = try cursor.next() { show(row["title"]) }
/// ```
public final class SqlStorageCursor {
    /// The names of the columns in order; a name may occur more than once.
    public let columnNames: [String]
    /// How many rows SQLite has read so far for this result, including the one read ahead.
    ///
    /// Counted are the rows of the result or those that scans of whole tables have passed, whichever are more.
    public private(set) var rowsRead = 0
    /// How many rows the statement has inserted, changed and deleted, with those of its triggers and foreign keys.
    public let rowsWritten: Int

    private let host: any SQLHost
    private let connection: SQLConnection
    private var rows: Rows

    private enum Rows {
        /// The statement stands on the next row; its text if it is to be kept.
        case reading(SQLStatement, String?)
        /// The rows of a statement that writes.
        case buffered(ArraySlice<[SqlStorageValue]>)
    }

    /// Takes over a statement that changes nothing, and reads its first row.
    init(_ host: any SQLHost, _ connection: SQLConnection, reading statement: SQLStatement, _ text: String?) throws {
        let hasRow: Bool
        do {
            hasRow = try connection.step(statement)
        } catch {
            connection.release(statement)
            throw error
        }
        self.host = host
        self.connection = connection
        columnNames = statement.columnNames
        rowsRead = max(hasRow ? 1 : 0, statement.rowsScanned)
        rowsWritten = 0
        rows = hasRow ? .reading(statement, text) : .buffered([])
        if !hasRow { connection.release(statement, text) }
    }

    /// Gives the rows of a statement that wrote.
    init(
        _ host: any SQLHost,
        _ connection: SQLConnection,
        columnNames: [String],
        buffered: [[SqlStorageValue]],
        rowsRead: Int,
        rowsWritten: Int
    ) {
        self.host = host
        self.connection = connection
        self.columnNames = columnNames
        self.rowsRead = rowsRead
        self.rowsWritten = rowsWritten
        rows = .buffered(buffered[...])
    }

    deinit {
        if case .reading(let statement, _) = rows { connection.abandon(statement) }
    }

    /// The next row; nil when there are no more.
    public func next() throws -> SqlStorageRow? {
        try takeValues().map { SqlStorageRow(columnNames: columnNames, values: $0) }
    }

    /// The rows that are left.
    public func toArray() throws -> [SqlStorageRow] {
        try takeAll { SqlStorageRow(columnNames: columnNames, values: $0) }
    }

    /// The only row that is left; throws where there is none or more than one.
    public func one() throws -> SqlStorageRow {
        guard let row = try next() else {
            throw DurableObjectError(
                .invalidArgument,
                "Expected exactly one result from SQL query, but got no results."
            )
        }
        guard isExhausted else {
            throw DurableObjectError(
                .invalidArgument,
                "Expected exactly one result from SQL query, but got multiple results."
            )
        }
        return row
    }

    /// The same rows without names, from where this cursor stands.
    public func raw() -> SqlStorageRawCursor { SqlStorageRawCursor(cursor: self) }

    private var isExhausted: Bool {
        if case .buffered(let rows) = rows { rows.isEmpty } else { false }
    }

    func takeValues() throws -> [SqlStorageValue]? {
        connection.begin()
        return try takeNext()
    }

    /// Takes what is left, as one call.
    func takeAll<Element>(_ make: ([SqlStorageValue]) throws -> Element) throws -> [Element] {
        connection.begin()
        var all: [Element] = []
        while let values = try takeNext() { all.append(try make(values)) }
        return all
    }

    private func takeNext() throws -> [SqlStorageValue]? {
        try host.check()
        if isExhausted { return nil }
        guard connection.isOpen else {
            throw DurableObjectError(.invalidArgument, "SQLite query was canceled because the database was deleted.")
        }
        switch rows {
        case .buffered(var left):
            let values = left.removeFirst()
            rows = .buffered(left)
            return values
        case .reading(let statement, let text):
            let values = statement.row
            do throws(SQLFailure) {
                let hasRow = try connection.step(statement)
                rowsRead = max(hasRow ? rowsRead + 1 : rowsRead, statement.rowsScanned)
                if !hasRow { finish(statement, text) }
            } catch {
                finish(statement, nil)
                if error.endedTransaction { host.failed(error) }
                throw error
            }
            return values
        }
    }

    private func finish(_ statement: SQLStatement, _ text: String?) {
        rows = .buffered([])
        connection.release(statement, text)
    }
}

/// The rows of a result as arrays of values; shares its place with the cursor it is of.
public struct SqlStorageRawCursor {
    let cursor: SqlStorageCursor

    /// The values of the next row; nil when there are no more.
    public func next() throws -> [SqlStorageValue]? { try cursor.takeValues() }

    /// The values of the rows that are left.
    public func toArray() throws -> [[SqlStorageValue]] { try cursor.takeAll { $0 } }
}
