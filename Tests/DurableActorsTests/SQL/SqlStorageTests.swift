@testable import DurableActors
import Foundation
import Testing

@Suite struct SqlStorageTests {
    private let database: TestDatabase
    private let sql: SqlStorage

    init() throws {
        database = try TestDatabase()
        sql = database.sql
    }

    @Test func `values come back as they were stored, of all types and sizes`() throws {
        let values: [SqlStorageValue] = [
            .null, 0, -1, .integer(.max), .integer(.min), .integer(1 << 53 + 1), 0.1, -0.5, 1e300, "", "é\u{0}'\"x",
            .blob([]),
            .blob([0, 255, 0]),
        ]
        let row = try sql.exec("SELECT " + values.map { _ in "?" }.joined(separator: ", "), bindings: values).raw()
            .next()
        #expect(row == values)
        #expect(try sql.exec("SELECT ?", Double.nan).raw().next() == [.null])
    }

    @Test func `optionals, booleans, dates, data and enums can be bound`() throws {
        enum State: String, SqlStorageBindable { case open }
        let row = try sql.exec(
            "SELECT ?, ?, ?, ?, ?, ?, ?",
            Int?.none,
            Int?(3),
            true,
            Date(timeIntervalSince1970: 1.5),
            Data([1]),
            State.open,
            "abc".dropFirst()
        ).raw().next()
        #expect(row == [.null, 3, 1, 1500, .blob([1]), "open", "bc"])
    }

    @Test func `a value of 2 MB fits and one beyond the limit is refused`() throws {
        try sql.exec("CREATE TABLE t (a)")
        try sql.exec("INSERT INTO t VALUES (?)", [UInt8](repeating: 7, count: 2_000_000))
        #expect(try sql.exec("SELECT length(a) FROM t").raw().next() == [2_000_000])
        let tooBig = "string or blob too big: SQLITE_TOOBIG"
        #expect(database.refusal("INSERT INTO t VALUES (?)", [UInt8](repeating: 7, count: 2 << 20 + 1)) == tooBig)
        #expect(database.refusal("SELECT ?", String(repeating: "x", count: 2 << 20 + 1)) == tooBig)
        #expect(database.refusal("INSERT INTO t SELECT a || a FROM t") == tooBig)
        #expect(try sql.exec("SELECT count(*) FROM t").raw().next() == [1])
    }

    @Test func `a cursor counts the row it has read ahead`() throws {
        try sql.exec("CREATE TABLE t (a)")
        let written = try sql.exec("INSERT INTO t VALUES (1), (2), (3)")
        #expect((written.rowsRead, written.rowsWritten) == (0, 3))
        let cursor = try sql.exec("SELECT a FROM t")
        #expect(cursor.rowsRead == 1)
        _ = try cursor.next()
        #expect(cursor.rowsRead == 2)
        _ = try cursor.toArray()
        #expect((cursor.rowsRead, cursor.rowsWritten) == (3, 0))
        let scan = try sql.exec("SELECT a FROM t WHERE a = 3")
        _ = try scan.toArray()
        #expect(scan.rowsRead == 3)
        try sql.exec("CREATE TRIGGER g AFTER DELETE ON t BEGIN INSERT INTO t VALUES (old.a + 10); END")
        #expect(try sql.exec("DELETE FROM t WHERE a = 3").rowsWritten == 2)
    }

    @Test func `a statement that writes has written everything when exec returns`() throws {
        try sql.exec("CREATE TABLE t (a)")
        let cursor = try sql.exec("INSERT INTO t VALUES (1), (2) RETURNING a * 10 AS b")
        try database.endTurn()
        #expect(cursor.columnNames == ["b"])
        #expect(try cursor.raw().toArray() == [[10], [20]])
        #expect(database.writes == 2)
    }

    @Test func `a failing statement leaves what those before it did`() throws {
        #expect(
            database.refusal("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2), (1)")
                == "UNIQUE constraint failed: t.a: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)"
        )
        #expect(try sql.exec("SELECT a FROM t").raw().toArray() == [[1]])
        #expect(database.refusal("SELEC 1") == "near \"SELEC\": syntax error at offset 0: SQLITE_ERROR")
        #expect(database.refusal("SELECT * FROM missing") == "no such table: missing: SQLITE_ERROR")
    }

    @Test func `a text run again is kept prepared, and may run twice at once`() throws {
        try sql.exec("CREATE TABLE t (a)")
        for _ in 0..<3 { try sql.exec("INSERT INTO t VALUES (?)", 1) }
        let connection = try database.connection()
        let kept = try #require(connection.cached("INSERT INTO t VALUES (?)"))
        try connection.bind([1], to: kept)
        #expect(try !connection.step(kept))
        connection.release(kept, "INSERT INTO t VALUES (?)")
        let first = try sql.exec("SELECT a FROM t").raw()
        let second = try sql.exec("SELECT a FROM t").raw()
        _ = try first.next()
        #expect(try second.toArray().count == 4)
        #expect(try first.toArray().count == 3)
    }

    @Test func `a pragma takes effect each time it is executed`() throws {
        for _ in 0..<2 {
            try sql.exec("PRAGMA foreign_keys = OFF")
            #expect(try sql.exec("PRAGMA foreign_keys").raw().next() == [0])
            try sql.exec("PRAGMA foreign_keys = ON")
            #expect(try sql.exec("PRAGMA foreign_keys").raw().next() == [1])
        }
    }

    @Test func `a result of a million rows is read without holding it`() throws {
        let cursor = try sql.exec(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000) SELECT i, zeroblob(1000) FROM n"
        ).raw()
        var sum: Int64 = 0
        while let row = try cursor.next() { sum += row[0].integer ?? 0 }
        #expect(sum == 500_000_500_000)
    }

    @Test func `a cursor that nobody reads does not keep a table from being dropped`() throws {
        try sql.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")
        _ = try sql.exec("SELECT a FROM t").next()
        #expect(database.refusal("DROP TABLE t") == nil)
    }

    @Test func `a cursor ends with its database and with its object`() throws {
        try sql.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")
        let cursor = try sql.exec("SELECT a FROM t")
        let finished = try sql.exec("SELECT a FROM t WHERE 0")
        try database.connection().close()
        let canceled = #expect(throws: DurableObjectError.self) { try cursor.next() }
        #expect(canceled?.message == "SQLite query was canceled because the database was deleted.")
        #expect(try finished.next() == nil)
        database.end = DurableObjectError(.reset, "gone")
        let gone = #expect(throws: DurableObjectError.self) { try cursor.raw().toArray() }
        #expect(gone?.message == "gone")
    }

    @Test func `DO 161: the size is of whole pages and grows with what is stored`() throws {
        let empty = try sql.databaseSize
        try sql.exec("CREATE TABLE t (a)")
        try sql.exec("INSERT INTO t VALUES (zeroblob(100000))")
        let full = try sql.databaseSize
        #expect(full % 4096 == 0 && full >= empty + 100_000)
        try sql.exec("DELETE FROM t")
        #expect(try sql.databaseSize < full)
    }

    @Test func `functions of later versions are there`() throws {
        let row = try sql.exec(
            """
            SELECT concat('a', NULL, 1), concat_ws('-', 'a', NULL, 2.5), concat_ws(NULL, 'a'), octet_length('é'),
                octet_length(NULL), unhex('00fF'), unhex('0'), unhex('00-ff', '-'), unhex('0-0', '-'),
                (SELECT string_agg(v, '+') FROM (SELECT 'x' AS v UNION ALL SELECT NULL UNION ALL SELECT 'y')),
                (SELECT string_agg(v, '+') FROM (SELECT 1 AS v WHERE 0))
            """
        ).raw().next()
        #expect(
            row == ["a1", "a-2.5", .null, 2, .null, .blob([0, 255]), .null, .blob([0, 255]), .null, "x+y", .null]
        )
    }

    @Test func `statements are kept up to a number and a size, the one used longest ago goes first`() {
        var cache = StatementCache<Int>(count: 2, bytes: 10)
        #expect(cache.put(1, "a") == [])
        #expect(cache.put(2, "b") == [])
        #expect(cache.put(3, "a") == [3])
        #expect(cache.take("a") == 1)
        #expect(cache.take("a") == nil)
        #expect(cache.put(1, "a") == [])
        #expect(cache.put(4, "c") == [2])
        #expect(cache.put(5, "ten bytes.") == [1, 4])
        #expect(cache.put(6, "eleven byte") == [5, 6])
        #expect(cache.removeAll() == [])
    }
}
