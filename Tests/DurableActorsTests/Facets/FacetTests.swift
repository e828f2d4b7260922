import DurableActors
import DurableActorsTestKit
import Testing

/// Objects inside objects.
@Suite struct FacetTests {
    /// A theatre whose players make players inside them.
    struct Stage: Sendable {
        let theatre: Theatre

        init(theatre: Theatre) { self.theatre = theatre }

        init(
            seed: UInt64 = 1,
            constructor: (@Sendable (DurableObjectState, Recorder<String>) async throws -> Void)? = nil
        )
            throws
        {
            theatre = try Theatre(seed: seed, constructor: constructor)
        }

        func facet(_ ctx: DurableObjectState, _ name: String = "child") throws -> Player {
            let environment = theatre.environment
            return try ctx.facets.get(name) { FacetStartup(environment: environment) }
        }

        /// The number of a scene that puts a number under "key".
        func put(_ number: Int) -> Int {
            theatre.scene { ctx in
                try await ctx.storage.put("key", number)
                return ""
            }
        }

        /// The number of a scene that gives the number under "key".
        var get: Int {
            theatre.scene { ctx in (try await ctx.storage.get("key", as: Int.self)).map(String.init) ?? "nil" }
        }
    }

    @Test func `DO 123: an alarm of a facet is refused`() throws {
        let stage = try Stage()
        let set = stage.theatre.scene { ctx in
            let refused = try await refusal { try await ctx.storage.setAlarm(ctx.now + 1000) }
            return "\(refused ?? "") \(try await ctx.storage.getAlarm() == nil)"
        }
        let answer = try stage.theatre.play { ctx in try await stage.facet(ctx).play(set) }
        #expect(answer == "Error: Facets currently cannot set alarms. true")
    }

    @Test func `DO 190: a facet's data is its own, is removed with the parent's, and four levels are the most`() throws
    {
        let stage = try Stage()
        let (put, get) = (stage.put(2), stage.get)
        let apart = try stage.theatre.play { ctx in
            try await ctx.storage.put("key", 1)
            _ = try await stage.facet(ctx).play(put)
            let others = try await stage.facet(ctx, "other").play(get)
            return
                "\(try await ctx.storage.list(as: Int.self).values) \(try await stage.facet(ctx).play(get)) \(others)"
        }
        #expect(apart == "[1] 2 nil")
        let cleared = try stage.theatre.play { ctx in
            let before = try stage.facet(ctx)
            try await ctx.storage.deleteAll()
            let ended = try await refusal { _ = try await before.play(get) }
            return "\(try await stage.facet(ctx).play(get)) \(ended ?? "")"
        }
        #expect(cleared == "nil Error: Facet was deleted.")
        let deep = try stage.theatre.play { ctx in try await Self.descend(stage, ctx, 2) }
        #expect(
            deep == """
                4: Error: Facet nesting depth limit exceeded. The maximum depth including the root Durable Object is 4.
                """
        )
    }

    private static func descend(_ stage: Stage, _ ctx: DurableObjectState, _ depth: Int) async throws -> String {
        let next = stage.theatre.scene { ctx in try await descend(stage, ctx, depth + 1) }
        do {
            return try await stage.facet(ctx).play(next)
        } catch let error as DurableObjectError {
            return "\(depth - 1): \(error.name): \(error.message)"
        }
    }

    @Test func `DO 190: the parent's abort resets its facets, and what they stored is there for the next life`() throws
    {
        let lives = Recorder<String>()
        let stage = try Stage(constructor: { ctx, _ in lives.add("\(ctx.id.name ?? "")") })
        let (put, get) = (stage.put(2), stage.get)
        let waiting = stage.theatre.scene { ctx in
            try await ctx.storage.put("key", 3)
            try await ctx.sleep(milliseconds: 1000)
            return "never"
        }
        try stage.theatre.play { ctx in try await stage.facet(ctx).play(put) }
        let running = stage.theatre.start { ctx in try await stage.facet(ctx).play(waiting) }
        try stage.theatre.host.settle()
        let aborted = try stage.theatre.failure { ctx in try ctx.abort("Enough.") }
        #expect(aborted?.message == "Enough.")
        #expect(running.failure(as: DurableObjectError.self)?.message == "Enough.")
        let number = try stage.theatre.play(on: stage.theatre.stub()) { ctx in try await stage.facet(ctx).play(get) }
        #expect(number == "3")
        // The parent and its facet, which has the parent's id; both twice.
        #expect(lives.all == ["one", "one", "one", "one"])
    }

    @Test func `an aborted facet fails its callers and its stubs with the reason, and starts anew under the next`()
        throws
    {
        let stage = try Stage()
        let (put, get) = (stage.put(2), stage.get)
        let long = stage.theatre.scene { ctx in
            try await ctx.sleep(milliseconds: 1000)
            return "never"
        }
        let answers = try stage.theatre.play { ctx in
            let before = try stage.facet(ctx)
            _ = try await before.play(put)
            async let running = refusal { _ = try await before.play(long) }
            try await ctx.sleep(milliseconds: 1)
            try ctx.facets.abort("child", DurableObjectError(.reset, "Because."))
            let after = try stage.facet(ctx)
            let anew = try await after.play(get)
            return "\(try await running ?? "") \(try await refusal { _ = try await before.play(get) } ?? "") \(anew)"
        }
        #expect(answers == "Error: Because. Error: Because. 2")
    }

    @Test func `a facet that was deleted has nothing, nor have those inside it`() throws {
        let stage = try Stage()
        let (put, get) = (stage.put(2), stage.get)
        let nested = stage.theatre.scene { ctx in try await stage.facet(ctx, "inner").play(put) }
        let look = stage.theatre.scene { ctx in try await stage.facet(ctx, "inner").play(get) }
        let answer = try stage.theatre.play { ctx in
            _ = try await stage.facet(ctx).play(nested)
            let kept = try await stage.facet(ctx).play(look)
            try ctx.facets.delete("child")
            return "\(kept) \(try await stage.facet(ctx).play(look))"
        }
        #expect(answer == "2 nil")
    }

    @Test func `a removed object leaves no row of its facets, and listing shows them as part of it`() throws {
        let stage = try Stage()
        let host = stage.theatre.host
        let put = stage.put(2)
        let nested = stage.theatre.scene { ctx in try await stage.facet(ctx, "inner").play(put) }
        try stage.theatre.play { ctx in
            try await ctx.storage.put("key", 1)
            _ = try await stage.facet(ctx).play(put)
            return try await stage.facet(ctx).play(nested)
        }
        let listed = try host.run { try await host.bindings.list().objects }
        #expect(listed.map(\.rows) == [3] && listed.map(\.id.name) == ["one"])
        try host.run { try await host.bindings.delete(host.bindings.idFromName("one")) }
        #expect(try host.run { try await host.bindings.list().objects.isEmpty })
        var rows = 0
        try host.store.read { snapshot in
            try snapshot.scan(.rows, from: [], to: nil, reverse: false) { _, _ in
                rows += 1
                return true
            }
        }
        #expect(rows == 0)
    }

    @Test func `what a facet has stored outlives the process, and its numbers are not given out again`() throws {
        let stage = try Stage()
        let (put, get, other) = (stage.put(2), stage.get, stage.put(7))
        try stage.theatre.play { ctx in try await stage.facet(ctx).play(put) }
        try stage.theatre.host.restart()
        try stage.theatre.play(on: stage.theatre.stub("another")) { ctx in try await stage.facet(ctx).play(other) }
        #expect(try stage.theatre.play { ctx in try await stage.facet(ctx).play(get) } == "2")
    }

    @Test func `a facet's answer that its parent's failed write has made known to nobody is not kept`() throws {
        let stage = try Stage()
        let (put, get) = (stage.put(2), stage.get)
        stage.theatre.host.store.failWrite(1, with: StorageError(.full, "The disk is full."))
        let failed = try stage.theatre.failure { ctx in try await stage.facet(ctx).play(put) }
        #expect(failed?.durableObjectReset == true)
        #expect(
            try stage.theatre.play(on: stage.theatre.stub()) { ctx in try await stage.facet(ctx).play(get) } == "nil"
        )
    }

    @Test func `a facet leaves memory when it is idle, and only then its parent`() throws {
        let stage = try Stage()
        let put = stage.put(2)
        let background = stage.theatre.scene { ctx in
            ctx.waitUntil { try await ctx.sleep(milliseconds: 15_000) }
            return ""
        }
        let host = stage.theatre.host
        func isInMemory() throws -> Bool {
            try host.run { await DurableActorsTestKit.isInMemory(stage.theatre.stub()) }
        }
        try stage.theatre.play { ctx in
            _ = try await stage.facet(ctx).play(put)
            return try await stage.facet(ctx).play(background)
        }
        // Fifteen seconds of work, ten of the facet's own idleness, ten of its parent's.
        try host.advance(by: .seconds(34))
        #expect(try isInMemory())
        try host.advance(by: .seconds(2))
        #expect(try !isInMemory())
    }

    @Test func `an object that is evicted takes its facets along`() throws {
        let stage = try Stage()
        let (put, host) = (stage.put(2), stage.theatre.host)
        try stage.theatre.play { ctx in try await stage.facet(ctx).play(put) }
        let before = host.world.clock.nowMilliseconds
        try host.run { try await evictDurableObject(stage.theatre.stub()) }
        #expect(host.world.clock.nowMilliseconds == before)
    }

    @Test func `a facet that aborts breaks its stubs, and the next ones start it anew`() throws {
        let stage = try Stage()
        let (put, get) = (stage.put(2), stage.get)
        let abort = stage.theatre.scene { ctx in try ctx.abort("Enough.") }
        let answers = try stage.theatre.play { ctx in
            let before = try stage.facet(ctx)
            _ = try await before.play(put)
            let first = try await refusal { _ = try await before.play(abort) }
            let second = try await refusal { _ = try await before.play(get) }
            return "\(first ?? ""), \(second ?? ""), \(try await stage.facet(ctx).play(get))"
        }
        #expect(answers == "Error: Enough., Error: Enough., 2")
    }

    @Test func `a start says the id, the environment and the props, and runs only when the facet is not in memory`()
        throws
    {
        let stage = try Stage()
        let environment = stage.theatre.environment
        let notes = stage.theatre.notes
        let tell = stage.theatre.scene { ctx in "\(ctx.id.name ?? "") \(try ctx.props(as: Int.self) ?? 0)" }
        let answer = try stage.theatre.play { ctx in
            let id = try ctx.exports(Player.self).idFromName("given")
            let child: Player = try ctx.facets.get("child") {
                notes.add("start")
                try await ctx.storage.put("started", true)
                return FacetStartup(id: id, environment: environment, props: 5)
            }
            let first = try await child.play(tell)
            let isStarted = try await ctx.storage.get("started", as: Bool.self)
            return "\(first), \(try await child.play(tell)), \(isStarted ?? false)"
        }
        #expect(answer == "given 5, given 5, true")
        #expect(notes.all == ["start"])
    }

    @Test func `a facet can be started from a critical section, and a start that throws fails the call alone`() throws {
        let stage = try Stage()
        let get = stage.get
        let answer = try stage.theatre.play { ctx in
            let alone = try await ctx.blockConcurrencyWhile { try await stage.facet(ctx).play(get) }
            let bad: Player = try ctx.facets.get("bad") {
                try await ctx.sleep(milliseconds: 1)
                throw DurableObjectError(.notFound, "No such class.")
            }
            return "\(alone) \(try await refusal { _ = try await bad.play(get) } ?? "")"
        }
        #expect(answer == "nil Error: No such class.")
    }

    @Test func `names that are too long, other classes and transactions are refused`() throws {
        let stage = try Stage()
        let get = stage.get
        let answers = Recorder<String?>()
        try stage.theatre.play { ctx in
            _ = try await stage.facet(ctx).play(get)
            answers.add(try await refusal { _ = try stage.facet(ctx, String(repeating: "n", count: 257)) })
            answers.add(try await refusal { _ = try stage.facet(ctx, String(repeating: "n", count: 256)) })
            answers.add(
                try await refusal {
                    let other: Probe = try ctx.facets.get("child") { FacetStartup() }
                    _ = try await other.name()
                }
            )
            answers.add(try await refusal { try ctx.storage.transactionSync { _ = try stage.facet(ctx, "new") } })
            answers.add(try await refusal { try ctx.storage.transactionSync { try ctx.facets.delete("child") } })
            answers.add(try await refusal { _ = try ValueCodec.encode(try stage.facet(ctx)) })
            return ""
        }
        #expect(
            answers.all == [
                "TypeError: Facet name is too long (max 256 characters).", nil,
                "TypeError: The facet \"child\" is in memory as a Player.",
                "Error: A facet cannot be made within a transaction.",
                "Error: A facet cannot be deleted within a transaction.",
                "DataCloneError: Stubs pointing to Durable Object facets are not serializable.",
            ]
        )
    }
}
