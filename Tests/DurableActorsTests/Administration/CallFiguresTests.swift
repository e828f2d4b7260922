import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct CallFiguresTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test func `the figures of a call say how long it waited to enter, ran and waited for the disk`() throws {
        let theatre = try Theatre(constructor: { ctx, _ in try await ctx.sleep(milliseconds: 50) })
        let figures = Recorder<CallFigures>()
        theatre.host.runtime.observeCalls { figures.add($0) }
        theatre.host.world.scheduler.holdsCommits = true
        theatre.start { ctx in
            try await ctx.sleep(milliseconds: 20)
            try await ctx.storage.put("a", 1)
            return ""
        }
        try theatre.host.advance(by: .milliseconds(100))
        #expect(figures.all.isEmpty)
        theatre.host.world.scheduler.holdsCommits = false
        try theatre.host.settle()
        let call = try #require(figures.all.first)
        #expect(call.className == "Player" && call.id.name == "one" && call.call.contains("play"))
        #expect(call.gateNanoseconds == 50 * Self.millisecond)
        #expect(call.queueNanoseconds == 0)
        #expect(call.runNanoseconds == 20 * Self.millisecond)
        #expect(call.commitNanoseconds == 30 * Self.millisecond)
        #expect(call.totalNanoseconds == 100 * Self.millisecond && !call.hasFailed)
        #expect(figures.all.count == 1)
    }

    @Test func `only calls over the threshold are told, failed ones too, and none once nobody listens`() throws {
        let theatre = try Theatre()
        let figures = Recorder<CallFigures>()
        theatre.host.runtime.observeCalls(slowerThan: 10 * Self.millisecond) { figures.add($0) }
        try theatre.play { _ in "quick" }
        #expect(throws: ShapeError.self) {
            try theatre.play { ctx in
                try await ctx.sleep(milliseconds: 10)
                throw ShapeError(text: "slow")
            }
        }
        #expect(figures.all.map(\.hasFailed) == [true])
        theatre.host.runtime.observeCalls(nil)
        try theatre.play { ctx in
            try await ctx.sleep(milliseconds: 10)
            return ""
        }
        #expect(figures.all.count == 1)
    }

    @Test func `a request is told as fetch`() throws {
        let theatre = try Theatre()
        let figures = Recorder<CallFigures>()
        theatre.host.runtime.observeCalls { figures.add($0) }
        let stub = theatre.stub()
        _ = try theatre.host.run { try await stub.fetch(Request("http://any/")) }
        #expect(figures.all.count == 1 && figures.all[0].call.contains("fetch"))
    }

    @Test func `events beyond the number that may wait are refused as overload and the object is unharmed`() throws {
        var limits = HostLimits()
        limits.queuedEvents = 3
        let theatre = try Theatre(limits: limits, constructor: { ctx, _ in try await ctx.sleep(milliseconds: 50) })
        let calls = (0..<5).map { _ in theatre.start { _ in "answer" } }
        try theatre.host.advance(by: .seconds(1))
        #expect(calls.map { $0.failure(as: DurableObjectError.self)?.overloaded } == [nil, nil, nil, true, true])
        let error = calls[4].failure(as: DurableObjectError.self)
        #expect(error?.message == "Durable Object is overloaded. Too many requests queued.")
        #expect(error?.durableObjectReset == false)
        #expect(try theatre.play { _ in "well" } == "well")
    }

    @Test func `DO 184: objects of a class that prevents eviction stay in memory`() throws {
        let census = Census()
        let host = try SimulatedHost { runtime in
            try runtime.register(
                Solo.self,
                binding: "S",
                uniqueKey: "s",
                environment: SoloEnvironment(census: census),
                preventsEviction: true
            )
        }
        _ = try host.run { try await host.bindings.getByName("one").add() }
        try host.advance(by: .seconds(600))
        _ = try host.run { try await host.bindings.getByName("one").add() }
        #expect(census.born == 1)
    }
}
