import DurableActors
import DurableActorsTestKit
import Testing

/// A cursor that outlives the event it was opened in.
private final class Kept: @unchecked Sendable {
    // Safe because a simulated world has one thread.
    var cursor: SqlStorageCursor?
}

/// What becomes of an object's database when its turns, its lives and the disk end.
@Suite struct SQLDurabilityTests {
    private static let table = "CREATE TABLE IF NOT EXISTS t(k INTEGER PRIMARY KEY, v)"
    private static let count = "SELECT count(*) FROM t"

    /// A theatre whose player has a table of so many rows.
    private func theatre(rows: Int = 0, limits: HostLimits = HostLimits(), keepsHistory: Bool = false) throws -> Theatre
    {
        let theatre = try Theatre(limits: limits, keepsHistory: keepsHistory)
        try theatre.play { ctx in
            try ctx.run(Self.table)
            for row in 0..<rows { try ctx.run("INSERT INTO t VALUES (NULL, \(row))") }
            return ""
        }
        return theatre
    }

    private func rows(of theatre: Theatre) throws -> String {
        try theatre.play { ctx in
            try ctx.checkIntegrity()
            return "\(try ctx.number(Self.count))"
        }
    }

    @Test func `what SQL wrote is there after a restart, an eviction and a reset`() throws {
        let theatre = try theatre(rows: 3)
        try theatre.host.restart()
        #expect(try rows(of: theatre) == "3")
        try theatre.host.run { try await evictDurableObject(theatre.stub()) }
        #expect(try rows(of: theatre) == "3")
        _ = try theatre.failure { ctx in
            try ctx.run("DELETE FROM t")
            try ctx.abort("over")
        }
        #expect(try rows(of: theatre) == "3")
    }

    @Test func `rows, key-values and the alarm of one turn are there together after a crash at any commit`() throws {
        let theatre = try theatre(keepsHistory: true)
        for number in 1...20 {
            try theatre.play { ctx in
                try ctx.run("INSERT INTO t VALUES (NULL, randomblob(700))")
                try await ctx.storage.put("count", number)
                try await ctx.storage.setAlarm(9_000_000_000_000 + Int64(number))
                return ""
            }
        }
        var seen: Set<String> = []
        for commit in 1...theatre.host.store.commitCount {
            let after = try Theatre()
            try after.host.restart(on: theatre.host.store.copy(afterCommit: commit))
            let found = try after.play { ctx in
                try ctx.run(Self.table)
                try ctx.checkIntegrity()
                let count = try await ctx.storage.get("count", as: Int.self) ?? 0
                let alarm = (try await ctx.storage.getAlarm() ?? 9_000_000_000_000) - 9_000_000_000_000
                return "\(try ctx.number(Self.count)) \(count) \(alarm)"
            }
            #expect(Set(found.split(separator: " ")).count == 1, "\(found) after commit \(commit)")
            seen.insert(found)
        }
        #expect(seen.count == 21)
    }

    @Test func `DO 166: when the commit fails neither the row nor the value of its turn is there`() throws {
        let theatre = try theatre(rows: 1)
        theatre.host.store.failWrite(1, with: StorageError(.io, "E"))
        let error = try theatre.failure { ctx in
            try ctx.run("INSERT INTO t VALUES (NULL, 'lost')")
            try ctx.storage.kv.put("a", 1)
            return ""
        }
        #expect(error?.durableObjectReset == true)
        #expect(try rows(of: theatre) == "1")
        #expect(try theatre.number("a") == "nil")
    }

    @Test func `of turns whose commits fail together nothing is left, and the next life goes on from what is durable`()
        throws
    {
        let theatre = try theatre(rows: 2)
        theatre.host.world.scheduler.holdsCommits = true
        for _ in 0..<3 {
            theatre.start { ctx in
                for _ in 0..<50 { try ctx.run("INSERT INTO t VALUES (NULL, randomblob(500))") }
                return ""
            }
            try theatre.host.settle()
        }
        theatre.host.store.failWrite(1, with: StorageError(.io, "E"))
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(try rows(of: theatre) == "2")
        try theatre.play { ctx in
            try ctx.run("INSERT INTO t VALUES (NULL, 1)")
            return ""
        }
        try theatre.host.restart()
        #expect(try rows(of: theatre) == "3")
    }

    @Test func `an object that left memory before its pages were on disk reads them when it comes back`() throws {
        let theatre = try theatre(rows: 1)
        theatre.host.world.scheduler.holdsCommits = true
        theatre.start { ctx in
            for _ in 0..<200 { try ctx.run("INSERT INTO t VALUES (NULL, randomblob(500))") }
            return ""
        }
        try theatre.host.settle()
        let evicted = theatre.host.world.start { try await evictDurableObject(theatre.stub()) }
        try theatre.host.settle()
        #expect(evicted.result != nil)
        let count = theatre.start { ctx in
            try ctx.checkIntegrity()
            theatre.notes.add("\(try ctx.number(Self.count))")
            return ""
        }
        try theatre.host.settle()
        #expect(theatre.notes.all == ["201"] && count.result == nil)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(count.result != nil)
    }

    @Test func `an object leaves memory though cursors are open, and they end with its life`() throws {
        let theatre = try theatre(rows: 5)
        let kept = Kept()
        try theatre.play { ctx in
            let cursor = try ctx.storage.sql.exec("SELECT k FROM t")
            _ = try cursor.next()
            kept.cursor = cursor
            return ""
        }
        try theatre.host.run { try await evictDurableObject(theatre.stub()) }
        #expect(try rows(of: theatre) == "5")
        let error = try theatre.failure { _ in
            _ = try kept.cursor?.next()
            return ""
        }
        #expect(error != nil)
    }

    @Test func `DO 167: a cursor goes on over writes and over the commits of later turns`() throws {
        let theatre = try theatre(rows: 10)
        let seen = try theatre.play { ctx in
            var seen = 0
            let cursor = try ctx.storage.sql.exec("SELECT k FROM t")
            while try cursor.next() != nil {
                seen += 1
                if seen <= 5 { try ctx.run("INSERT INTO t VALUES (NULL, 'new')") }
                if seen == 3 { try await ctx.sleep(milliseconds: 5) }
            }
            return "\(seen)"
        }
        #expect(seen == "15")
        #expect(try rows(of: theatre) == "15")
    }

    @Test func `a statement that fails in the midst keeps nothing of itself`() throws {
        let theatre = try theatre(rows: 2)
        try theatre.play { ctx in
            try ctx.run("INSERT INTO t VALUES (NULL, 'kept')")
            #expect(throws: SQLFailure.self) { try ctx.run("INSERT INTO t VALUES (10, 1), (11, 1), (1, 1)") }
            return ""
        }
        #expect(try rows(of: theatre) == "3")
    }

    @Test func `a statement whose rows nobody reads is committed with its turn`() throws {
        let theatre = try theatre()
        try theatre.play { ctx in
            _ = try ctx.storage.sql.exec("INSERT INTO t VALUES (NULL, 1), (NULL, 2), (NULL, 3) RETURNING k")
            return ""
        }
        try theatre.host.restart()
        #expect(try rows(of: theatre) == "3")
    }

    @Test func `a full text index is whole after a restart`() throws {
        let theatre = try Theatre()
        try theatre.play { ctx in
            try ctx.run("CREATE VIRTUAL TABLE f USING fts5(body)")
            for word in ["red", "green", "blue"] { try ctx.run("INSERT INTO f VALUES ('\(word) apples')") }
            return ""
        }
        try theatre.host.restart()
        let found = try theatre.play { ctx in
            try ctx.checkIntegrity()
            return "\(try ctx.number("SELECT count(*) FROM f WHERE f MATCH 'green'"))"
        }
        #expect(found == "1")
    }

    @Test func `a deleted object leaves no page behind`() throws {
        let theatre = try theatre(rows: 100)
        #expect(try theatre.storedRows() > 1)
        try theatre.host.run { try await reset(theatre.host.runtime) }
        #expect(try theatre.storedRows() == 0)
        let rows = try theatre.play { ctx in
            try ctx.run(Self.table)
            return "\(try ctx.number(Self.count))"
        }
        #expect(rows == "0")
    }
}
