import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@Suite struct OutputGateScenarioTests {
    /// Makes the next write of the theatre's disk fail.
    private static func failNextWrite(of theatre: Theatre, _ code: StorageError.Code = .io) {
        theatre.host.store.failWrite(1, with: StorageError(code, "E"))
    }

    /// What `a` and `b` are after a crash at each commit of the theatre's disk.
    private static func numbersAfterEachCommit(of theatre: Theatre) throws -> Set<String> {
        var seen: Set<String> = []
        for commit in 0...theatre.host.store.commitCount {
            let after = try Theatre()
            try after.host.restart(on: theatre.host.store.copy(afterCommit: commit))
            seen.insert(try after.number("a") + after.number("b"))
        }
        return seen
    }

    @Test func `DO 83: an answer leaves after the commit of what was written before it`() throws {
        let theatre = try Theatre()
        theatre.host.world.scheduler.holdsCommits = true
        let call = theatre.start { ctx in
            try await ctx.storage.put("a", 1)
            return "answer"
        }
        try theatre.host.settle()
        #expect(call.result == nil)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(try call.result?.get() == "answer")
    }

    @Test func `DO 84: a call made before a write leaves at once, one made after it waits`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        let other = theatre.stub("other")
        let arrival = ["before", "after"].map { text in
            theatre.scene { _ in
                notes.add(text)
                return ""
            }
        }
        theatre.host.world.scheduler.holdsCommits = true
        theatre.start { ctx in
            async let early = other.play(arrival[0])
            _ = try await early
            try await ctx.storage.put("a", 1)
            return try await other.play(arrival[1])
        }
        try theatre.host.settle()
        #expect(notes.all == ["before"])
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(notes.all == ["before", "after"])
    }

    @Test func `DO 85: a reader that may have seen another's unwritten data waits for its commit`() throws {
        let theatre = try Theatre()
        theatre.host.world.scheduler.holdsCommits = true
        theatre.start { ctx in
            try await ctx.storage.put("a", 1)
            return ""
        }
        try theatre.host.settle()
        let reader = theatre.start { ctx in "\(try await ctx.storage.get("a", as: Int.self) ?? 0)" }
        try theatre.host.settle()
        #expect(reader.result == nil)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(try reader.result?.get() == "1")
    }

    @Test func `DO 86, 87: when a commit fails all that wait for it fail, and a new life has the old data`() throws {
        let theatre = try Theatre(constructor: { _, notes in notes.add("made") })
        try theatre.play { ctx in
            try await ctx.storage.put("a", 1)
            return ""
        }
        theatre.host.world.scheduler.holdsCommits = true
        let calls = (0..<2).map { _ in
            theatre.start { ctx in
                try await ctx.storage.put("a", 2)
                return "answer"
            }
        }
        try theatre.host.settle()
        Self.failNextWrite(of: theatre)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        for call in calls {
            let error = call.failure(as: DurableObjectError.self)
            #expect(error?.durableObjectReset == true && error?.remote == true)
            #expect(error?.message.contains("E") == true)
        }
        #expect(try theatre.number("a") == "1")
        #expect(theatre.notes.all == ["made", "made"])
    }

    @Test func `DO 88, 89: an unconfirmed write holds nothing back, and its failure breaks the stub later`() throws {
        let theatre = try Theatre()
        let stub = theatre.stub()
        theatre.host.world.scheduler.holdsCommits = true
        let call = theatre.start(on: stub) { ctx in
            try await ctx.storage.put("a", 1, allowUnconfirmed: true)
            return "answer"
        }
        try theatre.host.settle()
        #expect(try call.result?.get() == "answer")
        let waiting = theatre.start(on: stub) { ctx in
            try await ctx.sleep(milliseconds: 1_000_000)
            return ""
        }
        try theatre.host.settle()
        Self.failNextWrite(of: theatre)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(waiting.failure(as: DurableObjectError.self)?.durableObjectReset == true)
        let broken = #expect(throws: DurableObjectError.self) { try theatre.play(on: stub) { _ in "" } }
        #expect(broken?.durableObjectReset == true)
        #expect(try theatre.number("a") == "nil")
    }

    @Test func `DO 90, 91: writes with nothing but storage between them are never durable one without the other`()
        throws
    {
        let theatre = try Theatre(keepsHistory: true)
        try theatre.play { ctx in
            try await ctx.storage.put("a", 1)
            try await ctx.storage.put("b", 1)
            return ""
        }
        #expect(try Self.numbersAfterEachCommit(of: theatre) == ["nilnil", "11"])
    }

    @Test func `DO 92: a timer between two writes parts them`() throws {
        let theatre = try Theatre(keepsHistory: true)
        try theatre.play { ctx in
            try await ctx.storage.put("a", 1)
            try await ctx.sleep(milliseconds: 1)
            try await ctx.storage.put("b", 1)
            return ""
        }
        #expect(try Self.numbersAfterEachCommit(of: theatre) == ["nilnil", "1nil", "11"])
    }

    @Test func `DO 93: what was written before a handler throws is kept`() throws {
        let theatre = try Theatre()
        let error = #expect(throws: ShapeError.self) {
            try theatre.play { ctx in
                try await ctx.storage.put("a", 1)
                throw ShapeError(text: "thrown")
            }
        }
        #expect(error?.text == "thrown")
        #expect(try theatre.number("a") == "1")
    }

    @Test func `DO 94: abort takes back what the turn wrote and gives callers its reason`() throws {
        let theatre = try Theatre()
        try theatre.play { ctx in
            try await ctx.storage.put("a", 1)
            return ""
        }
        let error = try theatre.failure { ctx in
            try await ctx.storage.put("a", 888)
            try ctx.abort("x")
        }
        #expect(error?.message == "x" && error?.durableObjectReset == true)
        #expect(try theatre.number("a") == "1")
    }

    @Test func `DO 95: a value and an alarm of one turn fail together`() throws {
        let theatre = try Theatre()
        let due = theatre.host.world.clock.nowMilliseconds + 1_000_000
        theatre.host.world.scheduler.holdsCommits = true
        let call = theatre.start { ctx in
            try await ctx.storage.put("a", 1)
            try await ctx.storage.setAlarm(due)
            return ""
        }
        try theatre.host.settle()
        Self.failNextWrite(of: theatre)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(call.failure(as: DurableObjectError.self)?.durableObjectReset == true)
        #expect(try theatre.number("a") == "nil")
        #expect(try theatre.play { try await $0.storage.getAlarm() == nil ? "none" : "set" } == "none")
    }

    @Test func `DO 97: sync waits for what was written before it, and fails with it`() throws {
        let theatre = try Theatre()
        #expect(
            try theatre.play { ctx in
                try await ctx.storage.sync()
                return "nothing pending"
            } == "nothing pending"
        )
        theatre.host.world.scheduler.holdsCommits = true
        let synced = theatre.start { ctx in
            try await ctx.storage.put("a", 1, allowUnconfirmed: true)
            async let sync: Void = ctx.storage.sync()
            try await sync
            return "synced"
        }
        try theatre.host.settle()
        #expect(synced.result == nil)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(try synced.result?.get() == "synced")
        theatre.host.world.scheduler.holdsCommits = true
        let failing = theatre.start { ctx in
            try await ctx.storage.put("a", 2, allowUnconfirmed: true)
            try await ctx.storage.sync()
            return "synced"
        }
        try theatre.host.settle()
        Self.failNextWrite(of: theatre)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(failing.failure(as: DurableObjectError.self)?.message.contains("E") == true)
    }
}
