import DurableActors
import DurableActorsTestKit
import Testing

/// Copies of objects inside objects.
@Suite(.serialized) struct FacetCloneTests {
    private typealias Stage = FacetTests.Stage

    /// Has a facet keep a number as a value, under a key that is too long for a row, in a table, and in a facet of its own.
    private static func fill(_ stage: Stage, _ ctx: DurableObjectState, _ name: String, _ number: Int) async throws {
        let put = stage.put(number)
        let filling = stage.theatre.scene { ctx in
            try await ctx.storage.put("key", number)
            try await ctx.storage.put(String(repeating: "k", count: 1000), number)
            try ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t(n); DELETE FROM t; INSERT INTO t VALUES (?)", number)
            return try await stage.facet(ctx, "inner").play(put)
        }
        _ = try await stage.facet(ctx, name).play(filling)
    }

    /// What `fill` has left in a facet.
    private static func look(_ stage: Stage, _ ctx: DurableObjectState, _ name: String) async throws -> String {
        let get = stage.get
        let looking = stage.theatre.scene { ctx in
            let values = try await ctx.storage.list(as: Int.self).values
            let hasTable = try ctx.storage.sql.exec("SELECT 1 FROM sqlite_master").next() != nil
            let row = hasTable ? try ctx.storage.sql.exec("SELECT n FROM t").one().values[0].integer : nil
            let inner = try await stage.facet(ctx, "inner").play(get)
            return "\(values) \(row.map(String.init) ?? "nil") \(inner)"
        }
        return try await stage.facet(ctx, name).play(looking)
    }

    private func stage(isLogged: Bool) throws -> Stage {
        let store = MemoryStore(keepsHistory: true, isLogged: isLogged)
        return Stage(theatre: try Theatre(store: store))
    }

    @Test(arguments: [false, true])
    func `a copy has all that the other has, and nothing in common with it afterwards`(isLogged: Bool) throws {
        let stage = try stage(isLogged: isLogged)
        let found = try stage.theatre.play { ctx in
            try await Self.fill(stage, ctx, "a", 1)
            try ctx.facets.clone("a", "b")
            let first = try await Self.look(stage, ctx, "b")
            try await Self.fill(stage, ctx, "b", 2)
            let (a, b) = (try await Self.look(stage, ctx, "a"), try await Self.look(stage, ctx, "b"))
            return "\(first); \(a); \(b)"
        }
        #expect(found == "[1, 1] 1 1; [1, 1] 1 1; [2, 2] 2 2")
        try stage.theatre.host.restart()
        let later = try stage.theatre.play { ctx in
            try ctx.facets.delete("a")
            return try await Self.look(stage, ctx, "b")
        }
        #expect(later == "[2, 2] 2 2")
    }

    @Test(arguments: [false, true])
    func `whichever commit a process ends after, a copy is whole or what it replaces is`(isLogged: Bool) throws {
        let stage = try stage(isLogged: isLogged)
        try stage.theatre.play { ctx in
            try await Self.fill(stage, ctx, "a", 1)
            try await Self.fill(stage, ctx, "b", 2)
            return ""
        }
        try stage.theatre.host.settle()
        let store = stage.theatre.host.store
        let before = store.commitCount
        let told = try stage.theatre.play { ctx in
            try ctx.facets.clone("a", "b")
            return try await Self.look(stage, ctx, "b")
        }
        try stage.theatre.host.advance(by: .seconds(60))
        #expect(told == "[1, 1] 1 1")
        for commit in before..<(store.commitCount + 1) {
            let later = Stage(theatre: try Theatre(store: store.copy(afterCommit: commit)))
            let found = try later.theatre.play { ctx in try await Self.look(later, ctx, "b") }
            #expect(found == (commit == before ? "[2, 2] 2 2" : "[1, 1] 1 1"))
        }
    }

    @Test(arguments: [false, true])
    func `what is copied, replaced and removed in one turn leaves what the turn said, and no rows of nobody`(
        isLogged: Bool
    ) throws {
        let stage = try stage(isLogged: isLogged)
        let host = stage.theatre.host
        let found = try stage.theatre.play { ctx in
            for (number, name) in ["a", "b", "c", "d"].enumerated() {
                try await Self.fill(stage, ctx, name, number + 1)
            }
            // "b" goes to "c" and "d" before it becomes "a", which then goes, as does what "d" was.
            try ctx.facets.clone("b", "c")
            try ctx.facets.clone("c", "d")
            try ctx.facets.clone("a", "b")
            try ctx.facets.delete("a")
            var found: [String] = []
            for name in ["a", "b", "c", "d"] { found.append(try await Self.look(stage, ctx, name)) }
            // Made anew in the turn that removes it.
            try ctx.facets.delete("d")
            found.append(try await Self.look(stage, ctx, "d"))
            return found.joined(separator: "; ")
        }
        #expect(found == "[] nil nil; [1, 1] 1 1; [2, 2] 2 2; [2, 2] 2 2; [] nil nil")
        try host.run { try await host.bindings.delete(host.bindings.idFromName("one")) }
        #expect(try host.run { try await host.bindings.list().objects.isEmpty })
        var rows = 0
        try host.store.read { try $0.measure(.rows, KeyRange()) { _, _ in rows += 1 } }
        #expect(rows == 0)
    }

    @Test func `who is copied over is reset with that reason, and who is copied is not`() throws {
        let stage = try stage(isLogged: false)
        let get = stage.get
        let answers = try stage.theatre.play { ctx in
            try await Self.fill(stage, ctx, "a", 1)
            let (source, before) = (try stage.facet(ctx, "a"), try stage.facet(ctx, "b"))
            _ = try await before.play(get)
            try ctx.facets.clone("a", "b")
            let refused = try await refusal { _ = try await before.play(get) }
            return "\(try await source.play(get)), \(refused ?? "")"
        }
        #expect(answers == "1, Error: Facet was cloned-over.")
    }

    @Test func `a facet cloned onto itself is reset and keeps what it has; a copy of nothing has nothing`() throws {
        let stage = try stage(isLogged: false)
        let get = stage.get
        let answers = try stage.theatre.play { ctx in
            try await Self.fill(stage, ctx, "a", 1)
            let before = try stage.facet(ctx, "a")
            try ctx.facets.clone("a", "a")
            let refused = try await refusal { _ = try await before.play(get) }
            let kept = try await Self.look(stage, ctx, "a")
            try ctx.facets.clone("nobody", "a")
            return "\(refused ?? ""), \(kept), \(try await Self.look(stage, ctx, "a"))"
        }
        #expect(answers == "Error: Facet was cloned-over., [1, 1] 1 1, [] nil nil")
    }

    @Test func `names that are too long and transactions are refused`() throws {
        let stage = try stage(isLogged: false)
        let answers = Recorder<String?>()
        try stage.theatre.play { ctx in
            let long = String(repeating: "n", count: 257)
            answers.add(try await refusal { try ctx.facets.clone(long, "b") })
            answers.add(try await refusal { try ctx.facets.clone("a", long) })
            answers.add(try await refusal { try ctx.storage.transactionSync { try ctx.facets.clone("a", "b") } })
            return ""
        }
        #expect(
            answers.all == [
                "TypeError: Facet name is too long (max 256 characters).",
                "TypeError: Facet name is too long (max 256 characters).",
                "Error: A facet cannot be cloned within a transaction.",
            ]
        )
    }
}
