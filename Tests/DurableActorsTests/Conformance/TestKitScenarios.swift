import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct TestKitScenarios {
    @Test func `DO 144: sockets survive an eviction that a test asks for, unless it asks to close them`() throws {
        let host = try simulatedHost(Room.self)
        let (kept, dropped) = try host.run {
            let stub = host.bindings.getByName("one")
            let kept = try await TestSocket.connect(to: stub)
            try await evictDurableObject(stub)
            try kept.send("a")
            #expect(try await kept.nextText() == "a 1")
            try await evictDurableObject(stub, webSockets: .close)
            let dropped = kept.end
            #expect(try await stub.broadcast("b", tag: nil) == 0)
            return (kept, dropped)
        }
        #expect(kept.texts == ["a 1"])
        #expect(dropped == .lost)
    }

    @Test func `DO 185: an object that never ran cannot be evicted`() throws {
        let host = try GuardedHost()
        let text = try host.world.run { try await refusal { try await evictDurableObject(host.stub) } }
        #expect(text == "Error: Cannot evict Durable Object: it is not currently running.")
        #expect(host.events.all.isEmpty)
    }

    @Test func `an object of a class that prevents eviction is not evicted, neither alone nor with all`() throws {
        let host = try SimulatedHost { runtime in
            try runtime.register(
                Probe.self,
                binding: "PROBE",
                uniqueKey: "probe",
                environment: ProbeEnvironment(),
                preventsEviction: true
            )
        }
        let (text, isKept) = try host.run {
            let stub = host.bindings.getByName("one")
            _ = try await stub.name()
            let text = try await refusal { try await evictDurableObject(stub) }
            try await evictAllDurableObjects(host.runtime)
            return (text, await isInMemory(stub))
        }
        #expect(text == "Error: Cannot evict Durable Object: its namespace has preventEviction set.")
        #expect(isKept)
    }

    @Test func `an eviction waits for what runs and for background work`() throws {
        let host = try GuardedHost()
        let sleeping = host.world.start { try await host.stub.sleepThenNote(milliseconds: 50, "slept") }
        let working = host.world.start { try await host.stub.work(milliseconds: 200) }
        try host.world.settle()
        let eviction = host.world.start { try await evictDurableObject(host.stub) }
        try host.world.advance(by: .milliseconds(199))
        #expect(sleeping.result != nil && working.result != nil && eviction.result == nil)
        try host.world.advance(by: .milliseconds(1))
        #expect(eviction.result != nil)
        #expect(try !host.world.run { await isInMemory(host.stub) })
        #expect(host.events.all == ["made", "slept"])
    }

    @Test func `an eviction gives up after thirty seconds and leaves the object running`() throws {
        let host = try GuardedHost()
        let sleeping = host.world.start { try await host.stub.sleepThenNote(milliseconds: 40_000, "slept") }
        try host.world.settle()
        let text = try host.world.run { try await refusal { try await evictDurableObject(host.stub) } }
        #expect(text == "Error: Timed out waiting to evict Durable Object: it still has active references.")
        #expect(try host.world.run { await isInMemory(host.stub) })
        try host.world.advance(by: .seconds(10))
        #expect(sleeping.result != nil)
        #expect(host.events.all == ["made", "slept"])
    }

    @Test func `an eviction waits for a constructor that is at work`() throws {
        let host = try GuardedHost { try await $0.sleep(milliseconds: 20) }
        let note = host.world.start { try await host.stub.note("a") }
        try host.world.settle()
        try host.world.run { try await evictDurableObject(host.stub) }
        #expect(note.result != nil)
        #expect(host.events.all == ["made", "a"])
    }

    @Test func `an eviction is over when the object is reset meanwhile`() throws {
        let host = try GuardedHost()
        let sleeping = host.world.start { try await host.stub.sleepThenNote(milliseconds: 40_000, "slept") }
        try host.world.settle()
        let eviction = host.world.start { try await evictDurableObject(host.stub) }
        try host.world.settle()
        #expect(throws: DurableObjectError.self) { try host.world.run { try await host.stub.abort("over") } }
        try host.world.settle()
        #expect(eviction.result != nil && sleeping.result != nil)
    }

    @Test func `ids are listed of the objects that have stored something, in order and without names`() throws {
        let probes = try ProbeHost()
        let names = ["c", "a", "b"]
        try probes.run {
            for name in names { try await probes.first.getByName(name).put("k", 1) }
            _ = try await probes.first.getByName("reads").get("k")
            try await probes.second.getByName("other").put("k", 1)
        }
        let ids = try listDurableObjectIds(probes.first)
        #expect(ids.map(\.description) == names.map { probes.first.idFromName($0).description }.sorted())
        #expect(ids.allSatisfy { $0.name == nil })
        #expect(try probes.run { try await probes.first.get(ids[0]).get("k") } == 1)
    }

    @Test func `all objects are evicted at once and keep their data`() throws {
        let probes = try ProbeHost()
        try probes.run {
            try await probes.first.getByName("a").put("k", 1)
            try await probes.second.getByName("b").put("k", 2)
        }
        try probes.run { try await evictAllDurableObjects(probes.host.runtime) }
        #expect(try !probes.run { await isInMemory(probes.first.getByName("a")) })
        #expect(try !probes.run { await isInMemory(probes.second.getByName("b")) })
        #expect(try probes.run { try await probes.second.getByName("b").get("k") } == 2)
        #expect(probes.lives.all == ["a", "b", "b"])
    }

    @Test func `all objects are reset at once, their stubs break and their data stays`() throws {
        let probes = try ProbeHost()
        let stub = probes.first.getByName("a")
        try probes.run { try await stub.put("k", 1) }
        try probes.run { await abortAllDurableObjects(probes.host.runtime) }
        #expect(try !probes.run { await isInMemory(stub) })
        #expect(try probes.run { try await probes.first.getByName("a").get("k") } == 1)
        #expect(probes.lives.all == ["a", "a"])
    }

    @Test func `a call that runs when all objects are reset gets the error`() throws {
        let host = try simulatedHost(Counter.self)
        let stub = host.bindings.getByName("one")
        let pausing = host.world.start { try await stub.pause(milliseconds: 1000) }
        try host.settle()
        try host.run { await abortAllDurableObjects(host.runtime) }
        try host.settle()
        let error = #expect(throws: DurableObjectError.self) { try pausing.result?.get() }
        #expect(error?.message == "Application called abort() to reset Durable Object.")
        #expect(error?.durableObjectReset == true)
    }

    @Test func `a reset runtime has no data and no alarms and works on`() throws {
        let host = try simulatedHost(Ringer.self)
        let stub = host.bindings.getByName("reset runtime")
        try host.run { try await stub.ring(inMilliseconds: 5000, failures: 0, again: nil) }
        try host.run { try await reset(host.runtime) }
        #expect(try listDurableObjectIds(host.bindings).isEmpty)
        try host.advance(by: .seconds(10))
        #expect(Rings.of("reset runtime").isEmpty)
        let fresh = host.bindings.getByName("reset runtime")
        #expect(try host.run { try await fresh.due() } == nil)
        try host.run { try await fresh.ring(inMilliseconds: 5000, failures: 0, again: nil) }
        #expect(try listDurableObjectIds(host.bindings).map(\.description) == [fresh.id.objectId.description])
        try host.restart()
        try host.advance(by: .seconds(10))
        #expect(Rings.of("reset runtime").count == 1)
        #expect(try host.run { try await host.bindings.getByName("reset runtime").rang() } == 1)
    }
}
