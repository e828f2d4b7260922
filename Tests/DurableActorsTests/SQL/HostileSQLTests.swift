import DurableActors
import DurableActorsTestKit
import Synchronization
import Testing

/// SQL of somebody who means harm.
@Suite struct HostileSQLTests {
    /// A clock that goes on by a second each time it is looked at.
    private final class RestlessClock: WorldClock {
        private let seconds = Atomic<UInt64>(0)
        var nowMilliseconds: Int64 { 0 }
        var uptimeNanoseconds: UInt64 { seconds.wrappingAdd(1, ordering: .relaxed).newValue * 1_000_000_000 }
    }

    private static let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    private static let tooLong = "The SQL statement took longer than it may: interrupted: SQLITE_INTERRUPT"

    @Test func `a query without end is ended by its steps, and the object goes on`() throws {
        let database = try TestDatabase(steps: 100_000)
        try database.sql.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        #expect(database.refusal(Self.endless + "SELECT count(*) FROM n") == Self.tooLong)
        #expect(database.refusal(Self.endless + "SELECT i FROM n") == Self.tooLong)
        #expect(database.failures == [])
        #expect(try database.sql.exec("SELECT a FROM t").raw().next() == [1])
    }

    @Test func `a query without end is ended by its time`() throws {
        let database = try TestDatabase(nanoseconds: 20_000_000_000, steps: .max, clock: RestlessClock())
        #expect(database.refusal(Self.endless + "SELECT count(*) FROM n") == Self.tooLong)
        #expect(database.failures == [])
    }

    @Test func `each call has the whole of what a call may take`() throws {
        let database = try TestDatabase(steps: 20_000)
        let cursor = try database.sql.exec(Self.endless + "SELECT i FROM n").raw()
        for expected in 1...20_000 { #expect(try cursor.next() == [.integer(Int64(expected))]) }
    }

    @Test func `a statement that writes for too long undoes the turn, and the object is to be reset`() throws {
        let database = try TestDatabase(steps: 100_000)
        try database.sql.exec("CREATE TABLE t (a)")
        #expect(database.refusal(Self.endless + "INSERT INTO t SELECT i FROM n") == Self.tooLong)
        #expect(database.failures.map(\.description) == [Self.tooLong])
        #expect(database.failures.first?.code == .interrupted)
    }

    @Test func `a conflict that rolls back undoes the turn, and the object is to be reset`() throws {
        let database = try TestDatabase()
        try database.sql.exec("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1)")
        #expect(database.refusal("INSERT OR ROLLBACK INTO t VALUES (1)") != nil)
        #expect(database.failures.map(\.code) == [.constraint])
    }

    @Test func `a full database undoes the turn, and the object is to be reset`() throws {
        let database = try TestDatabase()
        try database.sql.exec("CREATE TABLE t (a)")
        try database.connection().execute("PRAGMA max_page_count = 10")
        #expect(
            database.refusal("INSERT INTO t VALUES (zeroblob(100000))") == "database or disk is full: SQLITE_FULL"
        )
        #expect(database.failures.map(\.code) == [.full])
    }

    @Test func `deep nesting and large texts are refused, or are NULL at once`() throws {
        let database = try TestDatabase()
        func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        for text in [
            "SELECT " + repeated("(", 500) + "1" + repeated(")", 500),
            "SELECT " + repeated("-", 300).map { "\($0) " }.joined() + "1",
            repeated("SELECT 1 UNION ALL ", 6) + "SELECT 1", "SELECT '" + repeated("x", 100_000) + "'",
            "SELECT " + repeated("1,", 100) + "1", "CREATE TABLE t (" + repeated("a,", 100) + "b)",
            "SELECT " + repeated("(SELECT ", 200) + "1" + repeated(")", 200),
            "SELECT json('" + repeated("[", 5000) + "')",
            "SELECT max(" + repeated("1,", 127) + "1)", "SELECT zeroblob(3000000)",
            "SELECT replace(hex(zeroblob(1000000)), '0', 'xxxx')",
        ] {
            #expect(database.refusal(text) != nil, "\(text.prefix(60))")
        }
        for text in [
            "SELECT printf('%.*c', 2147483647, 'x')", "SELECT format('%d %-*.2147483647c', 1, 5, 'x')",
            "SELECT printf('" + repeated("%.2000000c", 5_000) + "')",
        ] {
            #expect(try database.sql.exec(text).raw().next() == [.null], "\(text.prefix(60))")
        }
        try database.sql.exec("CREATE TABLE r (a)")
        try database.sql.exec("PRAGMA recursive_triggers = ON")
        try database.sql.exec("CREATE TRIGGER g AFTER INSERT ON r BEGIN INSERT INTO r VALUES (new.a + 1); END")
        #expect(database.refusal("INSERT INTO r VALUES (1)") == "too many levels of trigger recursion: SQLITE_ERROR")
        #expect(database.failures == [])
    }

    @Test func `a text is formatted as SQLite does it, to the largest that is allowed`() throws {
        let database = try TestDatabase()
        let text = """
            SELECT printf('%05d|%-6s|%.3f|%c|%.3c|%5.*c|%%|%!.2s|%q|%Q|%x', 42, 'ab', 2.0 / 3, 'xyz', 'é', 2, 'y', 'ééé',
            'it''s', NULL, 255), format('%s'), printf(NULL), format('%,d %lld', 1234567, -1), printf('%n%d %z', 1, 2), printf()
            """
        #expect(
            try database.sql.exec(text).raw().toArray() == [
                [
                    "00042|ab    |0.667|x|ééé|   yy|%|éé|it''s|NULL|ff", "", .null, "1,234,567 -1", "1 2", .null,
                ]
            ]
        )
        #expect(try database.sql.exec("SELECT length(printf('%.2097151c', 'x'))").raw().next() == [2_097_151])
        for count in [2_097_152, 2_097_153, 2_147_483_647] {
            #expect(try database.sql.exec("SELECT printf('%.*c', ?, 'x')", count).raw().next() == [.null])
        }
    }

    @Test(arguments: [
        "VACUUM", "VACUUM INTO '/tmp/stolen'", "ATTACH '/etc/passwd' AS p", "ATTACH ':memory:' AS m",
        "SELECT load_extension('/tmp/x')", "SELECT readfile('/etc/passwd')", "SELECT writefile('/tmp/x', 'y')",
        "SELECT fts3_tokenizer('simple')", "SELECT sqlite_source_id()", "SELECT sqlite_compileoption_get(0)",
        "SELECT * FROM sqlite_stmt", "SELECT sqlite_rename_table(1, 2, 3, 4, 5, 6, 7)",
        "INSERT INTO sqlite_master VALUES ('table', 't', 't', 0, 'x')", "UPDATE sqlite_master SET sql = ''",
        "DELETE FROM sqlite_master", "PRAGMA writable_schema = 1", "PRAGMA temp_store_directory = '/tmp'",
        "PRAGMA cache_size = 1000000000", "PRAGMA mmap_size = 1000000000", "CREATE TEMP TABLE t (a)",
        "CREATE TABLE temp.t (a)", "CREATE TEMP TRIGGER g AFTER INSERT ON own BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE v USING csv('/etc/passwd')", "CREATE VIRTUAL TABLE v USING fts3(a)",
        "INSERT INTO found_data VALUES (1, 2)", "EXPLAIN BEGIN", "SELECT * FROM pragma_database_list",
    ])
    func `what reaches outside the tables is refused, and changes nothing`(_ text: String) throws {
        let database = try TestDatabase()
        try database.sql.exec("CREATE TABLE own (a); CREATE VIRTUAL TABLE found USING fts5(a)")
        let before = try database.sql.exec("SELECT name, sql FROM sqlite_master").raw().toArray()
        #expect(database.refusal(text) != nil)
        #expect(try database.sql.exec("SELECT name, sql FROM sqlite_master").raw().toArray() == before)
    }
}
