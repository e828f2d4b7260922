import DurableActors
import DurableActorsTestKit
import Locks
import struct Synchronization.Atomic
import Testing

@Suite struct CriticalSectionTests {
    @Test func `nothing enters while a section runs and then all in the order they came`() throws {
        let host = try GuardedHost()
        let block = host.world.start { try await host.stub.block(milliseconds: 500, fails: false) }
        try host.world.settle()
        let notes = ["a", "b", "c"].map { text in host.world.start { try await host.stub.note(text) } }
        try host.world.settle()
        #expect(host.events.all == ["made", "begin"])
        try host.world.advance(by: .milliseconds(500))
        #expect(host.events.all == ["made", "begin", "end", "a", "b", "c"])
        #expect(try block.result?.get() == "done")
        #expect(notes.allSatisfy { $0.result != nil })
    }

    @Test func `a section of the constructor runs before the first event`() throws {
        let ready = Mutex(false)
        let host = try GuardedHost { ctx in
            try await ctx.sleep(milliseconds: 100)
            ready.withLock { $0 = true }
            try ctx.storage.kv.put("unsealed", 7)
        }
        let found = try host.world.run { try await host.stub.unsealed() }
        #expect(found == 7)
        #expect(ready.withLock { $0 })
    }

    @Test func `DO 75: a section that throws resets the object and its callers get the error`() throws {
        let host = try GuardedHost()
        let stub = host.stub
        let waiting = host.world.start { try await stub.sleepThenNote(milliseconds: 10_000, "late") }
        try host.world.settle()
        let error = #expect(throws: DurableObjectError.self) {
            try host.world.run { try await host.stub.block(milliseconds: 10, fails: true) }
        }
        #expect(error?.message == #"ShapeError(text: "section")"#)
        #expect(error?.durableObjectReset == true)
        try host.world.settle()
        #expect(waiting.failure(as: DurableObjectError.self) == error)
        try host.world.run { try await host.stub.note("after") }
        #expect(host.events.all == ["made", "begin", "end", "made", "after"])
    }

    @Test func `DO 82: a constructor's section that throws fails the start and the next call starts anew`() throws {
        let failures = Atomic<Int>(1)
        let host = try GuardedHost { _ in
            if failures.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 { throw ShapeError(text: "start") }
        }
        let error = #expect(throws: DurableObjectError.self) {
            try host.world.run { try await host.stub.note("first") }
        }
        #expect(error?.message == #"ShapeError(text: "start")"#)
        #expect(error?.durableObjectReset == true)
        try host.world.run { try await host.stub.note("second") }
        #expect(host.events.all == ["made", "made", "second"])
    }

    @Test func `DO 77: a section of thirty seconds resets the object and one just shorter does not`() throws {
        let host = try GuardedHost()
        #expect(try host.world.run { try await host.stub.block(milliseconds: 29_999, fails: false) } == "done")
        let before = host.world.clock.nowMilliseconds
        let error = #expect(throws: DurableObjectError.self) {
            try host.world.run { try await host.stub.block(milliseconds: 40_000, fails: false) }
        }
        #expect(host.world.clock.nowMilliseconds == before + 30_000)
        #expect(
            error?.message == """
                A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call was canceled and the \
                Durable Object was reset.
                """
        )
        #expect(error?.overloaded == true && error?.durableObjectReset == true)
    }

    @Test func `a constructor's section of thirty seconds fails the start`() throws {
        let host = try GuardedHost { ctx in try await ctx.sleep(milliseconds: 31_000) }
        let error = #expect(throws: DurableObjectError.self) {
            try host.world.run { try await host.stub.note("never") }
        }
        #expect(error?.overloaded == true)
        #expect(host.events.all == ["made"])
    }

    @Test func `sections nest sixty-four deep and not sixty-five`() throws {
        let host = try GuardedHost()
        #expect(try host.world.run { try await host.stub.nest(64) } == 64)
        let error = #expect(throws: DurableObjectError.self) {
            try host.world.run { try await host.stub.nest(65) }
        }
        #expect(error?.message == "blockConcurrencyWhile() calls are nested too deeply.")
    }

    @Test func `abort drops the turn's writes, breaks the stub and a fresh one works`() throws {
        let host = try GuardedHost()
        let stub = host.stub
        let error = #expect(throws: DurableObjectError.self) {
            try host.world.run { try await stub.abort("enough") }
        }
        #expect(error?.code == .reset && error?.message == "enough")
        #expect(throws: DurableObjectError.self) { try host.world.run { try await stub.unsealed() } }
        #expect(try host.world.run { try await host.stub.unsealed() } == nil)
        let plain = #expect(throws: DurableObjectError.self) {
            try host.world.run { try await host.stub.abort(nil) }
        }
        #expect(plain?.message == "Application called abort() to reset Durable Object.")
    }

    @Test func `abort ends every call in flight with the same reason`() throws {
        let host = try GuardedHost()
        let stub = host.stub
        let sleeping = host.world.start { try await stub.sleepThenNote(milliseconds: 100_000, "late") }
        try host.world.settle()
        #expect(throws: DurableObjectError.self) { try host.world.run { try await host.stub.abort("enough") } }
        try host.world.settle()
        #expect(sleeping.failure(as: DurableObjectError.self)?.message == "enough")
    }
}
