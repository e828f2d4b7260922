import DurableActors
import DurableActorsTestKit
import Testing

/// What is told, and what is done, while the disk stands still.
@Suite struct StalledDiskScenarioTests {
    private static let text = "Durable Object storage operation exceeded timeout which caused object to be reset."

    @Test func `DO 96: what is sent on a socket before a write leaves at once, what is sent after it waits, in order`()
        throws
    {
        var environment = HallEnvironment()
        environment.message = { ctx, socket, message in
            try socket.send("before \(message.words)")
            try ctx.storage.kv.put("a", message.words)
            try socket.send("after \(message.words)")
        }
        let hall = try HallHost(environment)
        let socket = try hall.connect()
        hall.host.world.scheduler.holdsCommits = true
        try socket.send("1")
        try hall.host.settle()
        #expect(socket.texts == ["before 1"])
        try socket.send("2")
        try hall.host.settle()
        // What would wait for nothing waits behind what does.
        #expect(socket.texts == ["before 1"])
        hall.host.world.scheduler.holdsCommits = false
        try hall.host.settle()
        #expect(socket.texts == ["before 1", "after 1", "before 2", "after 2"])
    }

    @Test func `DO 98: sync does not wait for what is written after it`() async throws {
        let store = MemoryStore()
        let (runtime, ledgers) = try realLedgers(on: store)
        defer { runtime.shutdown() }
        store.stall()
        let name = "synced first"
        let synced = Task { try await ledgers.getByName(name).putAndSync(1) }
        await offPool { SyncSignal.wait(for: name) }
        await offPool { store.waitForStalledWrite() }
        try await ledgers.getByName(name).putUnconfirmed(2)
        // The write that is on its way lands; the next one stands still again.
        store.resumeOne()
        try await synced.value
        await offPool { store.waitForStalledWrite() }
        #expect(store.waitingCount == 1)
        store.resume()
    }

    @Test func `DO 99: a commit that takes over 30 seconds resets its object, and callers get the overload`() throws {
        let theatre = try Theatre(constructor: { _, notes in notes.add("made") })
        theatre.host.world.scheduler.holdsCommits = true
        let call = theatre.start { ctx in
            try await ctx.storage.put("a", 1)
            return "answer"
        }
        try theatre.host.advance(by: .milliseconds(29_900))
        #expect(call.result == nil)
        try theatre.host.advance(by: .milliseconds(200))
        let error = call.failure(as: DurableObjectError.self)
        #expect(error?.message == Self.text)
        #expect(error?.overloaded == true && error?.remote == true && error?.durableObjectReset == true)
        // Whether the write will land is not known yet: the next life waits for that before it reads.
        let reader = theatre.start { ctx in "\(try await ctx.storage.get("a", as: Int.self) ?? 0)" }
        try theatre.host.advance(by: .seconds(100))
        #expect(reader.result == nil && theatre.notes.all == ["made"])
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(try reader.result?.get() == "1")
        #expect(theatre.notes.all == ["made", "made"])
    }

    @Test func `DO 99: a commit that takes too long and then fails leaves nothing`() throws {
        let theatre = try Theatre()
        try theatre.play { ctx in
            try await ctx.storage.put("a", 1)
            return ""
        }
        theatre.host.world.scheduler.holdsCommits = true
        let calls = (2...3).map { number in
            theatre.start { ctx in
                try await ctx.storage.put("a", number)
                return ""
            }
        }
        try theatre.host.advance(by: .seconds(31))
        #expect(calls.map { $0.failure(as: DurableObjectError.self)?.message } == [Self.text, Self.text])
        let reader = theatre.start { ctx in "\(try await ctx.storage.get("a", as: Int.self) ?? 0)" }
        try theatre.host.settle()
        theatre.host.store.failWrite(1, with: StorageError(.io, "E"))
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(try reader.result?.get() == "1")
        #expect(try theatre.number("a") == "1")
    }

    @Test func `an answer held when its object left memory gets the overload when its commit takes too long`() throws {
        let theatre = try Theatre()
        theatre.host.world.scheduler.holdsCommits = true
        let call = theatre.start { ctx in
            try await ctx.storage.put("a", 1)
            return "answer"
        }
        try theatre.host.advance(by: .seconds(20))
        #expect(call.result == nil)
        try theatre.host.advance(by: .seconds(11))
        #expect(call.failure(as: DurableObjectError.self)?.message == Self.text)
        theatre.host.world.scheduler.holdsCommits = false
        #expect(try theatre.number("a") == "1")
    }

    @Test func `an object removed while its commit takes too long is gone when the disk goes on`() throws {
        let theatre = try Theatre()
        let (players, id) = (theatre.host.bindings, theatre.stub().id.objectId)
        theatre.host.world.scheduler.holdsCommits = true
        theatre.start { ctx in
            try await ctx.storage.put("a", 1)
            return ""
        }
        try theatre.host.advance(by: .seconds(31))
        let removal = theatre.host.world.start { try await players.delete(id) }
        try theatre.host.advance(by: .seconds(31))
        #expect(removal.result == nil)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        #expect(removal.result != nil)
        #expect(try theatre.number("a") == "nil")
    }

    @Test func `a commit that is stuck on the disk itself may land late, and the next life has read it then`()
        async throws
    {
        let store = MemoryStore()
        var limits = HostLimits()
        limits.commitNanoseconds = 1_000_000
        let (runtime, ledgers) = try realLedgers(on: store, limits: limits)
        defer { runtime.shutdown() }
        store.stall()
        let failure = await #expect(throws: DurableObjectError.self) {
            try await ledgers.getByName("one").putAndSync(7)
        }
        #expect(failure?.message == Self.text)
        let reader = Task { try await ledgers.getByName("one").numbers() }
        await offPool { store.waitForStalledWrite() }
        store.resume()
        #expect(try await reader.value == [7, 0])
    }
}
