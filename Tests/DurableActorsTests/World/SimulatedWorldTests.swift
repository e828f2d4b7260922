import DurableActors
import DurableActorsTestKit
import Testing

/// Work that asks for itself for ever.
private func runAgain(on world: SimulatedWorld) {
    world.scheduler.runBlocking { runAgain(on: world) }
}

@Suite struct SimulatedWorldTests {
    @Test func `a call through a stub runs in the world and its write is found after a restart`() throws {
        let host = try simulatedHost(Counter.self)
        let first = try host.run { try await host.bindings.getByName("main").increment(by: 3) }
        #expect(first == 3)
        try host.restart()
        let second = try host.run { try await host.bindings.getByName("main").increment(by: 4) }
        #expect(second == 7)
        #expect(host.world.scheduler.escapes.isEmpty)
    }

    /// What a task of a world hears when it asks whether it may run something in place.
    private func answers(_ seed: UInt64, _ order: SimulatedScheduler.Order = .seeded) throws -> [Bool] {
        let world = SimulatedWorld(seed: seed, order: order)
        return try world.run { (0..<20).map { _ in world.scheduler.takeTurnInPlace() } }
    }

    @Test func `the seed says whether a task may run an object in place, and nothing else may`() throws {
        #expect(Set(try answers(1)) == [true, false])
        #expect(try answers(1) == answers(1))
        #expect(try answers(1) != answers(2))
        #expect(Set(try answers(1, .arrival)) == [false])
        let world = SimulatedWorld(seed: 1)
        let others = Recorder<Bool>()
        for _ in 0..<20 {
            others.add(world.scheduler.takeTurnInPlace())
            world.scheduler.runBlocking { others.add(world.scheduler.takeTurnInPlace()) }
            _ = world.scheduler.schedule(atUptime: 1) { others.add(world.scheduler.takeTurnInPlace()) }
        }
        try world.advance(by: .milliseconds(1))
        #expect(others.all == Array(repeating: false, count: 60))
    }

    @Test func `time moves to the next timer only when nothing is ready`() throws {
        let host = try simulatedHost(Counter.self)
        let start = host.world.clock.nowMilliseconds
        try host.run { try await host.bindings.getByName("main").pause(milliseconds: 1500) }
        #expect(host.world.clock.nowMilliseconds == start + 1500)
    }

    @Test func `a run that may not move time says so with its phase and seed`() throws {
        let world = SimulatedWorld(seed: 42, patience: .milliseconds(20))
        let error = #expect(throws: SimulationError.self) {
            try world.run("a pause", advancesTime: false) { await world.sleep(milliseconds: 5) }
        }
        #expect(error?.code == .waitsForTime)
        #expect(error?.description.hasPrefix("waitsForTime in \"a pause\" with seed 42:") == true)
    }

    @Test func `a body that waits for nothing is a deadlock`() throws {
        let world = SimulatedWorld(seed: 9, patience: .milliseconds(20))
        let kept = Recorder<CheckedContinuation<Void, Never>>()
        let error = #expect(throws: SimulationError.self) {
            try world.run("a wait for nobody") {
                await withCheckedContinuation { continuation in kept.add(continuation) }
            }
        }
        #expect(error?.code == .deadlock)
        #expect(error?.phase == "a wait for nobody")
        #expect(error?.seed == 9)
        for continuation in kept.all { continuation.resume() }
    }

    @Test func `advancing fires timers at their own times and in order`() throws {
        let world = SimulatedWorld(seed: 1)
        let fired = Recorder<String>()
        for due: UInt64 in [30, 10, 20] {
            _ = world.scheduler.schedule(atUptime: due * 1_000_000) {
                fired.add("\(due) at \(world.clock.uptimeNanoseconds / 1_000_000)")
            }
        }
        try world.advance(by: .milliseconds(25))
        #expect(fired.all == ["10 at 10", "20 at 20"])
        #expect(world.clock.uptimeNanoseconds == 25_000_000)
        try world.advance(by: .milliseconds(5))
        #expect(fired.all == ["10 at 10", "20 at 20", "30 at 30"])
    }

    @Test func `work that leaves for a foreign pool comes back and is named`() async throws {
        let world = SimulatedWorld(seed: 1, patience: .seconds(120))
        let runtime = try DurableObjectRuntime(world: world.world, store: MemoryStore())
        let counters = try runtime.register(Counter.self, binding: "C", uniqueKey: "c", environment: NoEnvironment())
        let total = try await world.runApart("a detached task") {
            let stub = counters.getByName("stray")
            return try await Task.detached { try await stub.increment(by: 1) }.value
        }
        #expect(total == 1)
        let escapes = world.scheduler.escapes
        #expect(!escapes.isEmpty)
        #expect(escapes.allSatisfy { $0.phase == "a detached task" })
        #expect(escapes.contains { $0.name == "Counter stray" })
    }

    @Test func `the same seed interleaves in the same way and some other seed in another`() throws {
        func trace(_ seed: UInt64) throws -> [Int] {
            let world = SimulatedWorld(seed: seed)
            let order = Recorder<Int>()
            try world.run {
                await withTaskGroup { group in
                    for number in 0..<8 { group.addTask { order.add(number) } }
                }
            }
            return order.all
        }
        let reference = try trace(5)
        #expect(try trace(5) == reference)
        #expect(try (6..<12).contains { try trace($0) != reference })
    }

    @Test func `in order of arrival items run first in first out`() throws {
        let world = SimulatedWorld(seed: 3, order: .arrival)
        let order = Recorder<Int>()
        for number in 0..<8 { world.scheduler.runBlocking { order.add(number) } }
        try world.settle()
        #expect(order.all == Array(0..<8))
    }

    @Test func `endless work ends in an error instead of never`() throws {
        let world = SimulatedWorld(seed: 3)
        let kept = Recorder<CheckedContinuation<Void, Never>>()
        runAgain(on: world)
        let error = #expect(throws: SimulationError.self) {
            try world.run("a loop", maximumSteps: 1000) {
                await withCheckedContinuation { continuation in kept.add(continuation) }
            }
        }
        #expect(error?.code == .livelock)
        for continuation in kept.all { continuation.resume() }
    }
}
