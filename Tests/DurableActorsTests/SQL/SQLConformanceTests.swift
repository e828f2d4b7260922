import DurableActors
import Testing

/// The scenarios of SQL that need no object around it.
@Suite struct SQLConformanceTests {
    private let database: TestDatabase
    private let sql: SqlStorage

    init() throws {
        database = try TestDatabase()
        sql = database.sql
    }

    @Test func `DO 149: rows come as an array, as the only one, without names, and with the names of columns`() throws {
        try sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
        try sql.exec("INSERT INTO t VALUES (?, ?), (?, ?)", 1, "one", 2, "two")
        let cursor = try sql.exec("SELECT * FROM t ORDER BY id")
        #expect(cursor.columnNames == ["id", "name"])
        #expect(try cursor.toArray().map(\.dictionary) == [["id": 1, "name": "one"], ["id": 2, "name": "two"]])
        #expect(cursor.columnNames == ["id", "name"])
        #expect(try sql.exec("SELECT name FROM t WHERE id = ?", 2).one()["name"] == "two")
        #expect(try sql.exec("SELECT * FROM t ORDER BY id DESC").raw().toArray() == [[2, "two"], [1, "one"]])
    }

    @Test func `DO 150: a row is there though nobody read the cursor of its insertion`() throws {
        try sql.exec("CREATE TABLE t (a)")
        _ = try sql.exec("INSERT INTO t VALUES (1) RETURNING a")
        #expect(try sql.exec("SELECT count(*) FROM t").raw().toArray() == [[1]])
    }

    @Test func `DO 151: of several statements the last one's rows are given`() throws {
        let cursor = try sql.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); SELECT 9; SELECT a FROM t;  \n")
        #expect(try cursor.raw().toArray() == [[1], [2]])
    }

    @Test func `DO 152: parameters are for the last statement, and all have bindings`() throws {
        #expect(
            database.refusal("SELECT ?; SELECT 1", 1) == """
                When executing multiple SQL statements in a single call, only the last statement can have parameters.
                """
        )
        let wrong = "Wrong number of parameter bindings for SQL query."
        #expect(database.refusal("SELECT ?, ?", 1) == wrong)
        #expect(database.refusal("SELECT ?", 1, 2) == wrong)
        #expect(database.refusal("SELECT 1", 1) == wrong)
        #expect(database.refusal("SELECT ?3", 1, 2, nil) == nil)
    }

    @Test(arguments: ["", ";", " -- nothing", "SELECT 123; SELECT 456; -- trailing comment"])
    func `DO 153: a text that ends without a statement is refused`(_ text: String) throws {
        #expect(database.refusal(text) == "SQL code did not contain a statement.")
    }

    @Test(arguments: ["BEGIN TRANSACTION", "COMMIT", "END", "ROLLBACK", "SAVEPOINT a", "RELEASE a", "ROLLBACK TO a"])
    func `DO 154: transactions by statement are refused with the name of what does them`(_ text: String) throws {
        #expect(
            database.refusal(text) == """
                To execute a transaction, please use the state.storage.transaction() or state.storage.transactionSync() \
                APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT statements. The JavaScript API is safer because \
                it will automatically roll back on exceptions, and because it interacts correctly with Durable Objects' \
                automatic atomic write coalescing.
                """
        )
    }

    @Test func `DO 155: reserved names cannot be read, written, made, dropped or renamed to`() throws {
        try database.connection().execute("CREATE TABLE _cf_KV (key, value); CREATE TABLE t (a)")
        #expect(database.refusal("SELECT key FROM _cf_KV") == "access to _cf_KV.key is prohibited: SQLITE_AUTH")
        for text in [
            "INSERT INTO _cf_KV VALUES (1, 2)", "DELETE FROM _CF_kv", "DROP TABLE _cf_KV", "CREATE TABLE _CF_x (a)",
            "CREATE INDEX _cf_i ON t (a)", "CREATE VIEW _cf_v AS SELECT 1", "ALTER TABLE t RENAME TO _cf_t",
            "ALTER TABLE t RENAME TO \"_CF_t\"", "CREATE TRIGGER g AFTER INSERT ON _cf_KV BEGIN SELECT 1; END",
        ] {
            #expect(database.refusal(text) == "not authorized: SQLITE_AUTH", "\(text)")
        }
        for text in ["UPDATE _cf_KV SET key = 1", "ALTER TABLE _cf_KV RENAME TO x", "PRAGMA table_info(_cf_KV)"] {
            #expect(database.refusal(text)?.hasSuffix(": SQLITE_AUTH") == true, "\(text)")
        }
        #expect(database.refusal("ALTER TABLE t RENAME TO u_cf_") == nil)
        #expect(database.refusal("CREATE TABLE x_cf_ (a)") == nil)
    }

    @Test(arguments: [
        "ATTACH 'other' AS other", "DETACH main", "CREATE TEMP TABLE t (a)", "CREATE TEMP VIEW v AS SELECT 1",
        "CREATE VIRTUAL TABLE v USING fts4(a)", "CREATE VIRTUAL TABLE v USING dbstat(main)",
    ])
    func `DO 156: other databases, temporary things and unknown modules are not authorized`(_ text: String) throws {
        #expect(database.refusal(text)?.contains("not authorized") == true)
    }

    @Test func `DO 156: functions that tell of the library are not authorized`() throws {
        #expect(
            database.refusal("SELECT sqlite_version()")?
                .hasPrefix("not authorized to use function: sqlite_version") == true
        )
    }

    @Test func `DO 157: a full-text table finds, ranks and marks`() throws {
        try sql.exec("CREATE VIRTUAL TABLE notes USING FTS5(title, body)")
        try sql.exec("INSERT INTO notes VALUES ('a', 'the quick brown fox'), ('b', 'a slow fox and a quick fox')")
        let rows = try sql.exec(
            """
            SELECT title, highlight(notes, 1, '<', '>') FROM notes WHERE notes MATCH ? ORDER BY bm25(notes), title
            """,
            "fox"
        ).raw().toArray()
        #expect(rows == [["b", "a slow <fox> and a quick <fox>"], ["a", "the quick brown <fox>"]])
        try sql.exec("CREATE VIRTUAL TABLE words USING fts5vocab(notes, 'row')")
        #expect(try sql.exec("SELECT doc, cnt FROM words WHERE term = 'fox'").raw().toArray() == [[2, 3]])
    }

    @Test func `DO 158: harmless pragmas answer and the others are refused`() throws {
        try sql.exec("CREATE TABLE t (a INTEGER)")
        #expect(try sql.exec("PRAGMA table_list").toArray().contains { $0["name"] == "t" })
        #expect(try sql.exec("PRAGMA table_info(t)").one()["name"] == "a")
        #expect(try sql.exec("SELECT name FROM pragma_table_info('t')").one()["name"] == "a")
        #expect(try sql.exec("PRAGMA foreign_keys").one()["foreign_keys"] == 1)
        for text in ["PRAGMA foreign_keys = ' OFF '", "PRAGMA optimize", "PRAGMA quick_check(1)", "PRAGMA page_size"] {
            #expect(database.refusal(text) == nil, "\(text)")
        }
        for text in [
            "PRAGMA user_version", "PRAGMA journal_mode = WAL", "PRAGMA max_page_count = 5", "PRAGMA page_count",
            "PRAGMA synchronous = OFF", "PRAGMA auto_vacuum", "PRAGMA application_id", "PRAGMA page_size = 512",
            "PRAGMA foreign_keys = maybe", "PRAGMA table_info", "PRAGMA locking_mode = NORMAL",
            "PRAGMA writable_schema = ON", "SELECT * FROM pragma_user_version",
        ] {
            #expect(database.refusal(text)?.contains("not authorized") == true, "\(text)")
        }
    }

    @Test func `DO 159: of columns with one name the row has the last and the rest has all`() throws {
        #expect(try sql.exec("SELECT 1 AS a, 2 AS a").one().dictionary == ["a": 2])
        #expect(try sql.exec("SELECT 1 AS a, 2 AS a").one()["a"] == 2)
        let cursor = try sql.exec("SELECT 1 AS a, 2 AS a")
        #expect(try cursor.raw().toArray() == [[1, 2]])
        #expect(cursor.columnNames == ["a", "a"])
    }

    @Test func `DO 160: the only row is one`() throws {
        let none = #expect(throws: DurableObjectError.self) { try sql.exec("SELECT 1 WHERE 0").one() }
        #expect(none?.message == "Expected exactly one result from SQL query, but got no results.")
        let two = #expect(throws: DurableObjectError.self) { try sql.exec("SELECT 1 UNION SELECT 2").one() }
        #expect(two?.message == "Expected exactly one result from SQL query, but got multiple results.")
    }

    @Test func `DO 162: 100 parameters are taken and 101 not; a pattern has at most 50 bytes`() throws {
        func parameters(_ count: Int) -> String { repeatElement("?", count: count).joined(separator: ",") }
        let values = [SqlStorageValue](repeating: 1, count: 101)
        let hundred = try sql.exec("SELECT \(parameters(100))", bindings: Array(values.dropLast()))
        #expect(hundred.columnNames.count == 100)
        #expect(database.refusal("SELECT 1 IN (\(parameters(101)))")?.hasPrefix("too many SQL variables") == true)
        #expect(database.refusal("SELECT 'a' LIKE ?", String(repeating: "%", count: 50)) == nil)
        for name in ["LIKE", "GLOB"] {
            #expect(
                database.refusal("SELECT 'a' \(name) ?", String(repeating: "a", count: 51))
                    == "LIKE or GLOB pattern too complex: SQLITE_ERROR"
            )
        }
    }

    @Test func `DO 163: a broken foreign key is an error at once and the object goes on`() throws {
        try sql.exec("CREATE TABLE p (id PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id))")
        #expect(
            database.refusal("INSERT INTO c VALUES (1)")
                == "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)"
        )
        #expect(database.failures == [])
        #expect(try sql.exec("SELECT count(*) FROM c").raw().toArray() == [[0]])
    }

    @Test func `DO 167: a cursor read bit by bit and what runs between its rows do not disturb each other`() throws {
        try sql.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)")
        let first = try sql.exec("SELECT a FROM t ORDER BY a").raw()
        let second = try sql.exec("SELECT a FROM t ORDER BY a").raw()
        #expect(try first.next() == [1])
        try sql.exec("CREATE TABLE u (a); INSERT INTO u VALUES (7)")
        #expect(try second.toArray() == [[1], [2], [3]])
        try database.endTurn()
        #expect(try sql.exec("SELECT a FROM u").raw().toArray() == [[7]])
        #expect(try first.toArray() == [[2], [3]])
        #expect(try first.next() == nil)
    }
}
