import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@Suite struct InputGateScenarioTests {
    @Test func `DO 65: a hundred increments at a time that only wait for storage lose none`() throws {
        let theatre = try Theatre()
        for _ in 0..<100 {
            theatre.start { ctx in
                let number = try await ctx.storage.get("n", as: Int.self) ?? 0
                try await ctx.storage.put("n", number + 1)
                return ""
            }
        }
        try theatre.host.settle()
        #expect(try theatre.number("n") == "100")
    }

    @Test func `DO 66: increments that wait for something else between interleave and lose updates`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        for _ in 0..<2 {
            theatre.start { ctx in
                notes.add("in")
                let number = try await ctx.storage.get("n", as: Int.self) ?? 0
                try await ctx.sleep(milliseconds: 100)
                try await ctx.storage.put("n", number + 1)
                notes.add("out")
                return ""
            }
        }
        try theatre.host.advance(by: .seconds(1))
        #expect(notes.all == ["in", "in", "out", "out"])
        #expect(try theatre.number("n") == "1")
    }

    @Test func `DO 69: what follows an asked for section in its turn runs before the section`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        try theatre.play { ctx in
            async let section: Void = ctx.blockConcurrencyWhile { notes.add("cb") }
            notes.add("after")
            try await section
            return ""
        }
        #expect(notes.all == ["after", "cb"])
    }

    @Test func `DO 70: two sections asked for in one turn run one after the other, before a waiting event`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        theatre.start { ctx in
            async let first: Void = ctx.blockConcurrencyWhile {
                notes.add("first begins")
                try await ctx.sleep(milliseconds: 10)
                notes.add("first ends")
            }
            async let second: Void = ctx.blockConcurrencyWhile {
                notes.add("second begins")
                try await ctx.sleep(milliseconds: 10)
                notes.add("second ends")
            }
            try await first
            try await second
            return ""
        }
        theatre.start { _ in
            notes.add("outside")
            return ""
        }
        try theatre.host.advance(by: .seconds(1))
        #expect(notes.all == ["first begins", "first ends", "second begins", "second ends", "outside"])
    }

    @Test func `DO 71: no request sees what the constructor's section has not loaded yet`() throws {
        let loaded = Mutex(false)
        let theatre = try Theatre(constructor: { ctx, _ in
            try await ctx.sleep(milliseconds: 50)
            loaded.withLock { $0 = true }
        })
        let requests = (0..<3).map { _ in theatre.start { _ in "\(loaded.withLock { $0 })" } }
        try theatre.host.advance(by: .seconds(1))
        #expect(try requests.map { try $0.result?.get() } == ["true", "true", "true"])
    }

    @Test func `DO 72: a timer of the section fires in it, one from outside only after it`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        theatre.start { ctx in
            try await ctx.sleep(milliseconds: 20)
            notes.add("outside timer")
            return ""
        }
        try theatre.host.settle()
        theatre.start { ctx in
            try await ctx.blockConcurrencyWhile {
                try await ctx.sleep(milliseconds: 50)
                notes.add("inside timer")
            }
            notes.add("section over")
            return ""
        }
        try theatre.host.advance(by: .seconds(1))
        #expect(notes.all == ["inside timer", "section over", "outside timer"])
    }

    @Test func `DO 73: a section inside another ends before the rest of the outer one`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        let value = try theatre.play { ctx in
            try await ctx.blockConcurrencyWhile {
                let inner = try await ctx.blockConcurrencyWhile {
                    try await ctx.sleep(milliseconds: 5)
                    notes.add("inner")
                    return 7
                }
                notes.add("outer")
                return "\(inner)"
            }
        }
        #expect(value == "7")
        #expect(notes.all == ["inner", "outer"])
    }

    @Test func `an inner section that outlives the outer one holds everything until it ends`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        theatre.start { ctx in
            try await ctx.blockConcurrencyWhile {
                ctx.waitUntil {
                    try await ctx.blockConcurrencyWhile {
                        try await ctx.sleep(milliseconds: 100)
                        notes.add("inner ends")
                    }
                }
                // Long enough for the inner section to have begun.
                try await ctx.sleep(milliseconds: 1)
                notes.add("outer ends")
            }
            return ""
        }
        try theatre.host.advance(by: .milliseconds(50))
        theatre.start { _ in
            notes.add("outside")
            return ""
        }
        try theatre.host.advance(by: .seconds(1))
        #expect(notes.all == ["inner ends", "outer ends", "outside"])
    }

    @Test func `DO 74: the sixty-fifth section inside another is refused and can be caught`() throws {
        let theatre = try Theatre()
        let stub = theatre.stub()
        let said = try theatre.play(on: stub) { ctx in
            try await Self.nest(ctx, 64) { ctx in
                do {
                    try await ctx.blockConcurrencyWhile {}
                    return "no error"
                } catch {
                    return "\(error)"
                }
            }
        }
        #expect(said == "blockConcurrencyWhile() calls are nested too deeply.")
        #expect(try theatre.play(on: stub) { ctx in try await Self.nest(ctx, 64) { _ in "sound" } } == "sound")
    }

    private static func nest(
        _ ctx: DurableObjectState,
        _ depth: Int,
        _ innermost: @escaping Scene
    ) async throws -> String {
        guard depth > 0 else { return try await innermost(ctx) }
        return try await ctx.blockConcurrencyWhile { try await nest(ctx, depth - 1, innermost) }
    }

    @Test func `DO 76: a section that catches its own error leaves the object as it is`() throws {
        let theatre = try Theatre(constructor: { _, notes in notes.add("made") })
        let stub = theatre.stub()
        for _ in 0..<2 {
            try theatre.play(on: stub) { ctx in
                try await ctx.blockConcurrencyWhile {
                    do { throw ShapeError(text: "inside") } catch is ShapeError {}
                }
                return ""
            }
        }
        #expect(theatre.notes.all == ["made"])
    }

    @Test func `DO 78: what asked for the section goes on before an event that came meanwhile`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        theatre.start { ctx in
            let value = try await ctx.blockConcurrencyWhile {
                try await ctx.sleep(milliseconds: 10)
                return "value"
            }
            notes.add(value)
            return ""
        }
        try theatre.host.settle()
        theatre.start { _ in
            notes.add("event")
            return ""
        }
        try theatre.host.advance(by: .seconds(1))
        #expect(notes.all == ["value", "event"])
    }

    @Test func `DO 79: an object that is called back by the one it calls answers`() throws {
        let theatre = try Theatre()
        let theatreStub = theatre.stub("a")
        let other = theatre.stub("b")
        let back = theatre.scene { _ in "back" }
        let call = theatre.scene { _ in try await theatreStub.play(back) }
        #expect(try theatre.play(on: theatreStub) { _ in "a, " + (try await other.play(call)) } == "a, back")
    }

    @Test func `DO 81: a caller that gives up while it waits delays nobody behind it`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        theatre.start { ctx in
            try await ctx.blockConcurrencyWhile { try await ctx.sleep(milliseconds: 100) }
            return ""
        }
        try theatre.host.settle()
        let stub = theatre.stub()
        let waiting = theatre.scene { _ in
            notes.add("given up")
            return ""
        }
        _ = theatre.host.world.start {
            try await withThrowingTaskGroup(of: String.self) { callers in
                callers.addTask { try await stub.play(waiting) }
                callers.cancelAll()
                try await callers.waitForAll()
            }
        }
        try theatre.host.settle()
        theatre.start { _ in
            notes.add("behind")
            return ""
        }
        try theatre.host.advance(by: .seconds(1))
        // The call itself was made and is not taken back.
        #expect(notes.all == ["given up", "behind"])
    }
}
