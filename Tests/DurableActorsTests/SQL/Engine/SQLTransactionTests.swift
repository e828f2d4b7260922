import DurableActors
import DurableActorsTestKit
import Locks
import Testing

/// The database as part of the object's transactions and gates.
@Suite struct SQLTransactionTests {
    @Test func `DO 55: a transaction that throws undoes rows and values written beside its handle`() throws {
        let theatre = try Theatre.withTable(rows: 1)
        let error = #expect(throws: ShapeError.self) {
            try theatre.play { ctx in
                try await ctx.storage.transaction { _ in
                    try await ctx.storage.put("a", 1)
                    try ctx.run("INSERT INTO t VALUES (7, 'undone')")
                    try await ctx.sleep(milliseconds: 3)
                    try ctx.run("CREATE TABLE other(x)")
                    throw ShapeError(text: "X")
                }
            }
        }
        #expect(error?.text == "X")
        #expect(try theatre.keys() == "0")
        #expect(try theatre.number("a") == "nil")
        #expect(try theatre.play { ctx in "\(try ctx.number("SELECT count(*) FROM sqlite_master"))" } == "1")
    }

    @Test func `a transaction inside a transaction keeps or undoes its own rows`() throws {
        let theatre = try Theatre.withTable()
        try theatre.play { ctx in
            try ctx.run("INSERT INTO t VALUES (1, 'before')")
            try await ctx.storage.transaction { _ in
                try ctx.run("INSERT INTO t VALUES (2, 'outer')")
                try await ctx.storage.transaction { inner in
                    try ctx.run("INSERT INTO t VALUES (3, 'inner')")
                    try await ctx.sleep(milliseconds: 1)
                    try inner.rollback()
                }
                try await ctx.storage.transaction { _ in
                    try ctx.run("INSERT INTO t VALUES (4, 'inner')")
                    try ctx.storage.transactionSync { try ctx.run("INSERT INTO t VALUES (5, 'innermost')") }
                    do {
                        try ctx.storage.transactionSync {
                            try ctx.run("INSERT INTO t VALUES (6, 'undone')")
                            throw ShapeError(text: "X")
                        }
                    } catch is ShapeError {}
                }
            }
            return ""
        }
        #expect(try theatre.keys() == "1,2,4,5")
        try theatre.host.restart()
        #expect(try theatre.keys() == "1,2,4,5")
    }

    @Test func `an outer transaction that is undone takes the rows of the inner ones with it`() throws {
        let theatre = try Theatre.withTable(rows: 1)
        try theatre.play { ctx in
            try await ctx.storage.transaction { outer in
                try await ctx.storage.transaction { _ in try ctx.run("INSERT INTO t VALUES (3, 'inner')") }
                try ctx.storage.transactionSync { try ctx.run("DELETE FROM t WHERE k = 0") }
                try outer.rollback()
            }
            return ""
        }
        #expect(try theatre.keys() == "0")
    }

    @Test func `nothing of a transaction is durable before its end, though it waits`() throws {
        let theatre = try Theatre.withTable(rows: 1, keepsHistory: true)
        let before = theatre.host.store.commitCount
        theatre.start { ctx in
            try await ctx.storage.transaction { _ in
                for row in 10..<20 {
                    try ctx.run("INSERT INTO t VALUES (\(row), 'waits')")
                    try await ctx.sleep(milliseconds: 10)
                }
            }
            return ""
        }
        try theatre.host.advance(by: .milliseconds(50))
        #expect(theatre.host.store.commitCount == before)
        try theatre.host.restart()
        #expect(try theatre.keys() == "0")
    }

    @Test func `rows and values of a synchronous transaction that throws are undone, those before it stay`() throws {
        let theatre = try Theatre.withTable()
        try theatre.play { ctx in
            try ctx.run("INSERT INTO t VALUES (1, 'stays')")
            try ctx.storage.kv.put("a", 1)
            #expect(throws: ShapeError.self) {
                try ctx.storage.transactionSync {
                    try ctx.storage.kv.put("a", 2)
                    try ctx.run("INSERT INTO t VALUES (2, 'goes')")
                    try ctx.storage.transactionSync { try ctx.run("INSERT INTO t VALUES (3, 'goes')") }
                    throw ShapeError(text: "X")
                }
            }
            try ctx.run("INSERT INTO t VALUES (4, 'stays')")
            return ""
        }
        #expect(try theatre.keys() == "1,4")
        #expect(try theatre.number("a") == "1")
    }

    @Test func `DO 100: a row after an unconfirmed value holds the answer for both`() throws {
        let theatre = try Theatre.withTable()
        theatre.host.world.scheduler.holdsCommits = true
        let call = theatre.start { ctx in
            try await ctx.storage.put("a", 1, allowUnconfirmed: true)
            try ctx.run("INSERT INTO t VALUES (1, 'confirmed')")
            return "answer"
        }
        try theatre.host.settle()
        #expect(call.result == nil)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(try call.result?.get() == "answer")
    }

    @Test func `a turn that only read SQL, or wrote nothing after all, commits nothing and holds nothing back`() throws
    {
        let theatre = try Theatre.withTable(rows: 2)
        let before = theatre.host.store.attemptCount
        let answer = try theatre.play { ctx in
            try ctx.run("DELETE FROM t WHERE k = 99")
            #expect(throws: SQLFailure.self) { try ctx.run("INSERT INTO t VALUES (1, 'twice')") }
            return "\(try ctx.number("SELECT count(*) FROM t"))"
        }
        #expect(answer == "2")
        // What was said after the DELETE waited for it, so one empty commit is right; the next turn waits for none.
        #expect(theatre.host.store.attemptCount <= before + 1)
        let read = theatre.host.store.attemptCount
        #expect(try theatre.keys() == "0,1")
        #expect(theatre.host.store.attemptCount == read)
    }

    @Test func `what PRAGMA optimize writes is kept or undone with its transaction`() throws {
        let theatre = try Theatre.withTable()
        let statistics = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"
        try theatre.play { ctx in
            try ctx.run("CREATE TABLE big(a, b); CREATE INDEX first ON big(a)")
            for row in 0..<300 { try ctx.run("INSERT INTO big VALUES (\(row % 10), \(row))") }
            _ = try ctx.number("SELECT count(*) FROM big WHERE a = 3")
            do {
                try ctx.storage.transactionSync {
                    try ctx.run("PRAGMA optimize(2)")
                    #expect(try ctx.number(statistics) == 1)
                    throw ShapeError(text: "X")
                }
            } catch is ShapeError {}
            #expect(try ctx.number(statistics) == 0)
            _ = try ctx.number("SELECT count(*) FROM big WHERE a = 4")
            try ctx.run("PRAGMA optimize(2)")
            return ""
        }
        try theatre.host.restart()
        #expect(try theatre.play { ctx in "\(try ctx.number(statistics))" } == "1")
        #expect(try theatre.keys() == "")
    }

    @Test func `sync waits for rows`() throws {
        let theatre = try Theatre.withTable()
        theatre.host.world.scheduler.holdsCommits = true
        let notes = theatre.notes
        theatre.start { ctx in
            try ctx.run("INSERT INTO t VALUES (1, 'synced')")
            try await ctx.storage.sync()
            notes.add("synced")
            return ""
        }
        try theatre.host.settle()
        #expect(notes.all == [])
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(notes.all == ["synced"])
    }

    @Test func `rows written while an object is made are there, or gone with the life that failed`() throws {
        let fails = Mutex(false)
        let theatre = try Theatre(constructor: { ctx, _ in
            try ctx.run(Theatre.table)
            try ctx.run("INSERT INTO t VALUES (NULL, 'made')")
            if fails.withLock({ $0 }) { throw ShapeError(text: "X") }
        })
        #expect(try theatre.keys() == "1")
        fails.withLock { $0 = true }
        try theatre.host.restart()
        _ = try theatre.failure { _ in "" }
        fails.withLock { $0 = false }
        #expect(try theatre.keys() == "1,2")
    }

    @Test
    func `DO 164: a deferred foreign key violated in a synchronous transaction resets the object at the commit`() throws
    {
        let theatre = try Theatre.withTable()
        try theatre.play { ctx in
            try ctx.run("CREATE TABLE child(p INTEGER REFERENCES t(k))")
            return ""
        }
        let notes = theatre.notes
        let error = try theatre.failure { ctx in
            try ctx.storage.kv.put("a", 1)
            let value = try ctx.storage.transactionSync {
                try ctx.run("PRAGMA defer_foreign_keys=ON")
                try ctx.run("INSERT INTO child VALUES (5)")
                return "returned"
            }
            notes.add(value)
            return value
        }
        #expect(notes.all == ["returned"])
        #expect(
            error?.message
                == """
                Durable Object was reset and rolled back to its last known good state because the application left the \
                database in a state where constraints were violated: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT \
                (extended: SQLITE_CONSTRAINT_FOREIGNKEY)
                """
        )
        #expect(error?.durableObjectReset == true)
        #expect(try theatre.number("a") == "nil")
        #expect(try theatre.play { ctx in "\(try ctx.number("SELECT count(*) FROM child"))" } == "0")
    }
}
