import DurableActors
import DurableActorsTestKit
import Testing

/// Pages in memory.
private final class MemoryPages: PageRows {
    var pages: [UInt32: [UInt8]] = [:]
    var count: UInt32 = 0

    func page(_ number: UInt32) throws -> [UInt8]? { pages[number] }
    func setPage(_ number: UInt32, _ bytes: [UInt8]?) throws { pages[number] = bytes }
    func pageCount() throws -> UInt32 { count }
    func setPageCount(_ count: UInt32) throws { self.count = count }
}

@Suite struct PageFileTests {
    private static let grow = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO t SELECT NULL, randomblob(1000) FROM n
        """

    private func database(_ pages: MemoryPages, megabytes: Int = 64) throws -> ObjectDatabase {
        var limits = HostLimits()
        limits.sqlTransactionBytes = megabytes << 20
        return try ObjectDatabase(over: pages, limits, world: SimulatedWorld(seed: 1).world)
    }

    private func transaction(_ database: ObjectDatabase, _ texts: String...) throws {
        try database.begin(savepoints: 0)
        for text in texts { try database.connection.execute(text) }
        try database.commit()
    }

    @Test func `a page is a row of 4,080 bytes, and there are as many as are counted`() throws {
        let pages = MemoryPages()
        let first = try database(pages)
        try transaction(first, "CREATE TABLE t(k INTEGER PRIMARY KEY, v BLOB)", Self.grow)
        #expect(pages.pages.count > 120 && pages.pages.count == Int(pages.count))
        #expect(pages.pages.values.allSatisfy { $0.count == 4080 })
        first.connection.close()
        let second = try database(pages)
        try second.connection.checkIntegrity()
        try transaction(second, "INSERT INTO t VALUES (NULL, 'one more')")
        second.connection.close()
    }

    @Test func `a rollback after many pages were changed, whole or to a savepoint, hands over none of them`() throws {
        let pages = MemoryPages()
        let database = try database(pages)
        try transaction(database, "CREATE TABLE t(k INTEGER PRIMARY KEY, v BLOB)", Self.grow)
        let before = pages.pages
        try database.begin(savepoints: 1)
        try database.connection.execute("UPDATE t SET v = randomblob(1500)")
        try database.connection.execute(Self.grow)
        try database.end(savepoint: 1, keeping: false)
        #expect(pages.pages == before)
        try database.begin(savepoints: 0)
        try database.connection.execute("DELETE FROM t WHERE k = 7")
        try database.commit()
        try database.connection.checkIntegrity()
        #expect(pages.pages != before && pages.count == UInt32(before.count))
        database.connection.close()
    }

    @Test func `pages above a new end are forgotten when the database shrinks`() throws {
        let pages = MemoryPages()
        let database = try database(pages)
        try transaction(database, "PRAGMA auto_vacuum=FULL", "CREATE TABLE t(k INTEGER PRIMARY KEY, v BLOB)", Self.grow)
        #expect(pages.count > 120)
        try transaction(database, "DELETE FROM t")
        #expect(pages.count == 3 && pages.pages.keys.sorted() == [1, 2, 3])
        try database.connection.checkIntegrity()
        database.connection.close()
    }

    @Test func `a transaction that outgrows its bound fails as a full disk and hands over nothing`() throws {
        let pages = MemoryPages()
        let database = try database(pages, megabytes: 1)
        try transaction(database, "CREATE TABLE t(k INTEGER PRIMARY KEY, v BLOB)")
        let before = pages.pages
        try database.begin(savepoints: 0)
        let error = #expect(throws: SQLFailure.self) { for _ in 0..<4 { try database.connection.execute(Self.grow) } }
        #expect(error?.code == .full)
        #expect(pages.pages == before)
        database.connection.close()
        let next = try self.database(pages)
        try next.connection.checkIntegrity()
        next.connection.close()
    }

    @Test func `nothing but the main database gets a file, and sorting needs none`() throws {
        let database = try database(MemoryPages())
        #expect(throws: SQLFailure.self) { try database.connection.execute("ATTACH '17' AS other") }
        try database.connection.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            SELECT max(length(v)) FROM (SELECT hex(randomblob(50)) AS v FROM n ORDER BY v)
            """
        )
        database.connection.close()
    }

    @Test func `the rows are kept until the database is closed`() throws {
        var pages: MemoryPages? = MemoryPages()
        weak let kept = pages
        let database = try database(pages ?? MemoryPages())
        pages = nil
        try transaction(database, "CREATE TABLE t(k INTEGER PRIMARY KEY, v BLOB)")
        #expect(kept?.count == 2)
        database.connection.close()
        #expect(kept == nil)
    }
}
