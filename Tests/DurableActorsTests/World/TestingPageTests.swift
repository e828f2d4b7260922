import DurableActors
import DurableActorsTestKit
import Testing

/// The examples of `docs/testing.md`.
@Suite struct TestingPageTests {
    private func counters(seed: UInt64 = 1) throws -> SimulatedHost<DurableObjectNamespace<Counter>> {
        try SimulatedHost(seed: seed) { runtime in
            try runtime.register(Counter.self, binding: "COUNTER", uniqueKey: "counter", environment: NoEnvironment())
        }
    }

    @Test func `a host runs, restarts and lets a test look into its objects`() throws {
        let host = try counters()
        let total = try host.run { try await host.bindings.getByName("main").increment(by: 2) }
        #expect(total == 2)
        try host.restart()
        let kept = try host.run { try await host.bindings.getByName("main").total() }
        #expect(kept == 2)
        try host.run {
            let stub = host.bindings.getByName("main")
            let stored = try await runInDurableObject(stub) { _, state in
                try state.storage.kv.get("total", as: Int.self)
            }
            #expect(stored == 2)
            try await evictDurableObject(stub)
            #expect(await !isInMemory(stub))
            try await reset(host.runtime)
            #expect(try listDurableObjectIds(host.bindings).isEmpty)
        }
    }

    @Test func `time moves when a test moves it`() throws {
        let host = try counters()
        let pausing = host.world.start { try await host.bindings.getByName("main").pause(milliseconds: 500) }
        try host.advance(by: .milliseconds(499))
        #expect(pausing.result == nil)
        try host.advance(by: .milliseconds(1))
        #expect(pausing.result != nil)
    }

    @Test func `many seeds show many interleavings and nothing leaves the world`() throws {
        for seed in UInt64(0)..<20 {
            let host = try counters(seed: seed)
            let totals = try host.run("seed \(seed)") {
                async let first = host.bindings.getByName("main").increment(by: 1)
                async let second = host.bindings.getByName("main").increment(by: 1)
                return try await [first, second]
            }
            #expect(Set(totals).count == totals.count)
            #expect(host.world.scheduler.escapes.isEmpty)
        }
    }

    @Test func `a disk fails when a test says so`() throws {
        let host = try counters()
        host.store.failWrite(1, with: StorageError(.full, "The disk is full."))
        let error = #expect(throws: DurableObjectError.self) {
            try host.run { try await host.bindings.getByName("main").increment(by: 1) }
        }
        #expect(error?.durableObjectReset == true)
        #expect(error?.message == "database or disk is full: SQLITE_FULL")
    }

    @Test func `an alarm runs when a test says so`() throws {
        let host = try simulatedHost(Ringer.self)
        try host.run {
            let stub = host.bindings.getByName("the testing page")
            try await stub.ring(inMilliseconds: 60_000, failures: 0, again: nil)
            #expect(try await runDurableObjectAlarm(stub))
            #expect(try await !runDurableObjectAlarm(stub))
        }
    }

    @Test func `another server says what the test has it say`() throws {
        let host = try counters()
        host.world.network.on("api.example.com") { request in Response("you asked for \(request.url.pathname)") }
        let answer = try host.run {
            try await host.runtime.fetcher.fetch("https://api.example.com/v1").text()
        }
        #expect(answer == "you asked for /v1")
    }

    @Test func `a socket answers`() throws {
        let host = try simulatedHost(Room.self)
        let reply = try host.run {
            let socket = try await TestSocket.connect(to: host.bindings.getByName("main"))
            try socket.send("hello")
            return try await socket.nextText()
        }
        #expect(reply == "hello 1")
    }
}
