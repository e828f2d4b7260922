import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@Suite struct LifeScenarioTests {
    @Test func `DO 173: an error of a method reaches its caller with its text and flags and resets nothing`() throws {
        let theatre = try Theatre(constructor: { _, notes in notes.add("made") })
        let stub = theatre.stub()
        let error = try theatre.failure(on: stub) { _ in
            throw DurableObjectError(.invalidArgument, "x", name: "TypeError")
        }
        #expect(error?.name == "TypeError" && error?.message == "x")
        #expect(error?.remote == true && error?.durableObjectReset == false)
        // Another five seconds within the idle time: the same object in memory.
        try theatre.play(on: stub) { _ in "" }
        #expect(theatre.notes.all.first == "made")
    }

    @Test func `DO 174: an error of a fetch handler rejects the caller's fetch with the same text`() throws {
        let theatre = try Theatre(answers: { _, _ in throw DurableObjectError(.notFound, "no such page") })
        let stub = theatre.stub()
        let error = #expect(throws: DurableObjectError.self) {
            try theatre.host.run { try await stub.fetch(Request("http://any/")) }
        }
        #expect(error?.message == "no such page" && error?.remote == true)
    }

    @Test func `DO 175: twenty calls on one stub are delivered in the order in which they were made`() throws {
        let theatre = try Theatre()
        let notes = theatre.notes
        let caller = theatre.stub("caller")
        let callee = theatre.stub("callee")
        let scenes = (0..<20).map { number in
            theatre.scene { _ in
                notes.add("\(number)")
                return ""
            }
        }
        try theatre.play(on: caller) { _ in
            try await withThrowingTaskGroup(of: Void.self) { calls in
                for scene in scenes { calls.addTask { _ = try await callee.play(scene) } }
                try await calls.waitForAll()
            }
            return ""
        }
        #expect(notes.all == (0..<20).map(String.init))
    }

    @Test func `DO 176: a stub that reached an aborted object stays broken, a fresh one starts over its data`() throws {
        let theatre = try Theatre(constructor: { _, notes in notes.add("made") })
        try theatre.play { ctx in
            try await ctx.storage.put("n", 1)
            return ""
        }
        let stub = theatre.stub()
        let first = #expect(throws: DurableObjectError.self) { try theatre.play(on: stub) { try $0.abort("over") } }
        let second = #expect(throws: DurableObjectError.self) { try theatre.play(on: stub) { _ in "" } }
        #expect(first?.message == "over" && second?.message == "over")
        #expect(try theatre.number("n") == "1")
        #expect(theatre.notes.all == ["made", "made"])
    }

    @Test func `the reset of an object that another passes on breaks the stubs of the first alone`() throws {
        let theatre = try Theatre()
        let (middle, outer) = (theatre.stub("middle"), theatre.stub("outer"))
        let abort = theatre.scene { ctx in try ctx.abort("over") }
        let pass = theatre.scene { _ in try await theatre.stub("inner").play(abort) }
        let answer = theatre.scene { _ in "here" }
        for caller in [nil, outer] {
            let said = Recorder<DurableObjectError>()
            let call: @Sendable () async throws -> String = {
                do { _ = try await middle.play(pass) } catch let error as DurableObjectError { said.add(error) }
                return try await middle.play(answer)
            }
            let later =
                if let caller { try theatre.play(on: caller) { _ in try await call() } } else {
                    try theatre.host.run { try await call() }
                }
            #expect(later == "here")
            #expect(said.all.map(\.message) == ["over"])
            #expect(said.all.map(\.durableObjectReset) == [true])
            #expect(said.all.map(\.durableObjectId) == [theatre.host.bindings.idFromName("inner").description])
        }
    }

    @Test func `DO 181: ten idle seconds take an object out of memory, its data stay and the stub works on`() throws {
        let theatre = try Theatre(constructor: { _, notes in notes.add("made") })
        let stub = theatre.stub()
        try theatre.play(on: stub) { ctx in
            try await ctx.storage.put("n", 1)
            return ""
        }
        try theatre.host.advance(by: .milliseconds(9_900))
        #expect(try theatre.play(on: stub) { _ in "" }.isEmpty && theatre.notes.all == ["made"])
        try theatre.host.advance(by: .milliseconds(10_100))
        #expect(try theatre.play(on: stub) { "\(try await $0.storage.get("n", as: Int.self) ?? 0)" } == "1")
        #expect(theatre.notes.all == ["made", "made"])
    }

    @Test func `DO 183: a pending timer keeps an object in memory until ten seconds after its end`() throws {
        let theatre = try Theatre(constructor: { _, notes in notes.add("made") })
        theatre.start { ctx in
            try await ctx.sleep(milliseconds: 15_000)
            return ""
        }
        try theatre.host.advance(by: .milliseconds(24_000))
        try theatre.play { _ in "" }
        #expect(theatre.notes.all == ["made"])
        try theatre.host.advance(by: .milliseconds(10_100))
        try theatre.play { _ in "" }
        #expect(theatre.notes.all == ["made", "made"])
    }

    @Test
    func `DO 182: an object that only timers keep and no client uses is evicted by the sweep, and its timers stop`()
        throws
    {
        let theatre = try Theatre()
        let notes = theatre.notes
        try theatre.host.advance(by: .seconds(1))
        try theatre.play { ctx in
            ctx.waitUntil {
                while true {
                    try await ctx.sleep(milliseconds: 20_000)
                    notes.add("tick")
                }
            }
            return ""
        }
        let stub = theatre.stub()
        let began = theatre.host.world.clock.nowMilliseconds
        try theatre.host.advance(by: .milliseconds(69_900))
        #expect(try theatre.host.run { await isInMemory(stub) })
        var isHere = true
        while isHere {
            try theatre.host.advance(by: .milliseconds(100))
            isHere = try theatre.host.run { await isInMemory(stub) }
        }
        #expect((70_000...140_000).contains(theatre.host.world.clock.nowMilliseconds - began))
        #expect((4...7).contains(notes.all.count))
        let ticks = notes.all.count
        try theatre.host.advance(by: .seconds(200))
        #expect(notes.all.count == ticks)
    }

    @Test func `an object whose background work waits for another object is not evicted by the sweep`() throws {
        let theatre = try Theatre()
        let (stub, other) = (theatre.stub(), theatre.stub("other"))
        let long = theatre.scene { ctx in
            try await ctx.sleep(milliseconds: 300_000)
            return ""
        }
        try theatre.play(on: stub) { ctx in
            ctx.waitUntil { _ = try await other.play(long) }
            return ""
        }
        try theatre.host.advance(by: .seconds(290))
        #expect(try theatre.host.run { await isInMemory(stub) })
        try theatre.host.advance(by: .seconds(21))
        #expect(try !theatre.host.run { await isInMemory(stub) })
    }

    @Test func `an object that timers keep is not evicted while a client is connected`() throws {
        let hall = try HallHost()
        let socket = try hall.connect()
        try hall.inside { _, ctx in
            ctx.waitUntil { while true { try await ctx.sleep(milliseconds: 20_000) } }
        }
        try hall.host.advance(by: .seconds(290))
        #expect(try hall.isInMemory)
        socket.drop()
        try hall.host.advance(by: .seconds(141))
        #expect(try !hall.isInMemory)
    }

    @Test func `DO 186: background work that fails disturbs nobody`() throws {
        let theatre = try Theatre(constructor: { _, notes in notes.add("made") })
        let stub = theatre.stub()
        for _ in 0..<2 {
            try theatre.play(on: stub) { ctx in
                ctx.waitUntil { throw ShapeError(text: "background") }
                return ""
            }
            try theatre.host.settle()
        }
        #expect(theatre.notes.all == ["made"])
    }

    @Test func `DO 187: a handler whose caller has gone runs to its end`() throws {
        let theatre = try Theatre()
        let stub = theatre.stub()
        let scene = theatre.scene { ctx in
            try await ctx.sleep(milliseconds: 1000)
            try await ctx.storage.put("n", 1)
            return ""
        }
        _ = theatre.host.world.start {
            try await withThrowingTaskGroup(of: String.self) { callers in
                callers.addTask { try await stub.play(scene) }
                callers.cancelAll()
                try await callers.waitForAll()
            }
        }
        try theatre.host.advance(by: .seconds(2))
        #expect(try theatre.number("n") == "1")
    }

    @Test func `DO 188, 189: deleteAll takes what the turn wrote before it and keeps what it writes after it`() throws {
        let theatre = try Theatre()
        try theatre.play { ctx in
            try await ctx.storage.put("old", 1)
            return ""
        }
        try theatre.play { ctx in
            try await ctx.storage.put("before", 1)
            try await ctx.storage.deleteAll()
            try await ctx.storage.put("after", 1)
            return ""
        }
        let keys = try theatre.play { ctx in
            try await ctx.storage.list(as: Int.self).map(\.key).joined(separator: ",")
        }
        #expect(keys == "after")
    }
}
