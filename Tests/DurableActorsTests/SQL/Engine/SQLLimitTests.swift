import DurableActors
import DurableActorsTestKit
import Testing

/// How large a database may be and how much may change, and the end of all that it holds.
@Suite struct SQLLimitTests {
    @Test func `DO 165: a database that is full resets the object, though the error was caught`() throws {
        var limits = HostLimits()
        limits.sqlDatabaseBytes = 64 * 4096
        let theatre = try Theatre.withTable(rows: 3, limits: limits)
        let notes = theatre.notes
        let stub = theatre.stub()
        let error = try theatre.failure(on: stub) { ctx in
            try ctx.storage.kv.put("a", 1)
            do {
                for _ in 0..<1000 { try ctx.run("INSERT INTO t VALUES (NULL, randomblob(1000))") }
            } catch {
                notes.add("\(error)")
            }
            return "caught"
        }
        #expect(notes.all == ["database or disk is full: SQLITE_FULL"])
        #expect(error?.message == "database or disk is full: SQLITE_FULL")
        #expect(error?.durableObjectReset == true)
        #expect(try theatre.keys() == "0,1,2")
        #expect(try theatre.number("a") == "nil")
    }

    @Test func `a synchronous transaction in which the database failed says so at its end`() throws {
        var limits = HostLimits()
        limits.sqlDatabaseBytes = 64 * 4096
        let theatre = try Theatre.withTable(limits: limits)
        let notes = theatre.notes
        _ = try theatre.failure { ctx in
            do {
                try ctx.storage.transactionSync {
                    do {
                        for _ in 0..<1000 { try ctx.run("INSERT INTO t VALUES (NULL, randomblob(1000))") }
                    } catch { notes.add("caught") }
                }
            } catch { notes.add("\(error)") }
            return ""
        }
        #expect(notes.all == ["caught", "Cannot commit transaction due to an earlier SQL critical error"])
    }

    @Test func `a turn that changes more pages than it may is undone and resets the object`() throws {
        var limits = HostLimits()
        limits.sqlTransactionBytes = 64 * 4096
        let theatre = try Theatre.withTable(rows: 1, limits: limits)
        let error = try theatre.failure { ctx in
            for _ in 0..<400 { try ctx.run("INSERT INTO t VALUES (NULL, randomblob(1000))") }
            return ""
        }
        #expect(error?.message == "database or disk is full: SQLITE_FULL")
        #expect(try theatre.keys() == "0")
        for row in 1...300 {
            try theatre.play { ctx in
                try ctx.run("INSERT INTO t VALUES (\(row), randomblob(1000))")
                return ""
            }
        }
        #expect(try theatre.play { ctx in "\(try ctx.number("SELECT count(*) FROM t"))" } == "301")
    }

    @Test func `DO 161: the size of the database grows by whole pages and shrinks when all is deleted`() throws {
        let theatre = try Theatre.withTable()
        let sizes = try theatre.play { ctx in
            let sql = ctx.storage.sql
            let first = try sql.databaseSize
            for _ in 0..<100 { try ctx.run("INSERT INTO t VALUES (NULL, randomblob(500))") }
            let grown = try sql.databaseSize
            try await ctx.storage.deleteAll()
            let last = try sql.databaseSize
            #expect(first > 0 && grown > first && grown % 4096 == 0 && last < first)
            return ""
        }
        #expect(sizes == "")
    }

    @Test func `deleteAll drops tables and rows with the values; what the turn writes after it stays`() throws {
        let theatre = try Theatre.withTable(rows: 200)
        try theatre.play { ctx in
            try await ctx.storage.put("a", 1)
            try ctx.run("INSERT INTO t VALUES (NULL, 'never there')")
            let cursor = try ctx.storage.sql.exec("SELECT k FROM t")
            try await ctx.storage.deleteAll()
            let error = #expect(throws: DurableObjectError.self) { try cursor.toArray() }
            #expect(error?.message == "SQLite query was canceled because the database was deleted.")
            #expect(try ctx.number("SELECT count(*) FROM sqlite_master") == 0)
            try ctx.run(Theatre.table)
            try ctx.run("INSERT INTO t VALUES (77, 'new')")
            return ""
        }
        #expect(try theatre.keys() == "77")
        try theatre.host.restart()
        #expect(try theatre.keys() == "77")
        #expect(try theatre.number("a") == "nil")
        #expect(try theatre.storedRows() == 2)
    }

    @Test func `deleteAll and the removal of an object take a database of thousands of pages whole, and no other's`()
        throws
    {
        let theatre = try Theatre.withTable()
        let fill: Scene = { ctx in
            try ctx.run(Theatre.table)
            for _ in 0..<100 { try ctx.run("INSERT INTO t VALUES (NULL, zeroblob(90000))") }
            return ""
        }
        for name in ["one", "two", "three"] { try theatre.play(on: theatre.stub(name), fill) }
        let pages = try theatre.storedRows("two")
        #expect(pages > 2_000)
        try theatre.play(on: theatre.stub("two")) { ctx in
            try await ctx.storage.deleteAll()
            return ""
        }
        #expect(try theatre.storedRows("two") == 0)
        let players = theatre.host.bindings
        try theatre.host.run { try await players.delete(players.idFromName("three")) }
        #expect(try theatre.storedRows("three") == 0)
        #expect(try theatre.storedRows("one") == pages)
        #expect(try theatre.play { ctx in "\(try ctx.number("SELECT count(*) FROM t"))" } == "100")
    }

    @Test func `an idle object that its work keeps in memory gives back the pages of its database there`() throws {
        let theatre = try Theatre.withTable(rows: 1)
        let opened = Recorder<Opened>()
        try theatre.play { ctx in
            try ctx.run("INSERT INTO t VALUES (NULL, zeroblob(1000000))")
            opened.add(Opened(connection: try ctx.incarnation.connection()))
            ctx.waitUntil { try await ctx.sleep(milliseconds: 3_600_000) }
            return ""
        }
        let connection = try #require(opened.all.first?.connection)
        #expect(connection.cachedBytes > 900_000)
        try theatre.host.advance(by: .seconds(9))
        #expect(connection.cachedBytes > 900_000)
        try theatre.host.advance(by: .seconds(2))
        #expect(connection.isOpen)
        #expect(connection.cachedBytes < 20_000)
        #expect(try theatre.play { ctx in "\(try ctx.number("SELECT sum(length(v)) FROM t"))" } == "1000005")
    }

    /// A connection that the test looks at.
    private struct Opened: @unchecked Sendable {
        // Safe because a simulated world has one thread.
        let connection: SQLConnection
    }
}
