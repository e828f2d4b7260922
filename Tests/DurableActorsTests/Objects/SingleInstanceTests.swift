import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct SingleInstanceTests {
    /// What racing callers do to one object; each add that succeeds is counted.
    private static func race(
        _ objects: DurableObjectNamespace<Solo>,
        _ random: SeededRandom,
        name: String,
        steps: Int
    ) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<steps {
                let choice = random.below(10)
                group.addTask {
                    let stub = objects.getByName(name)
                    switch choice {
                    case 0:
                        // The reset is the point; its error says only that it has happened.
                        try? await stub.abort()
                        return nil
                    case 1, 2:
                        // It may not be in memory, or be too busy all the time.
                        try? await evictDurableObject(stub)
                        return nil
                    default:
                        do {
                            return try await stub.add()
                        } catch let error as DurableObjectError where error.durableObjectReset {
                            return nil
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { totals, total in if let total { totals.append(total) } }
        }
    }

    /// What a run of the race says against the one living object; nothing when it was kept.
    private static func violations(seed: UInt64, limits: HostLimits = HostLimits()) throws -> [String] {
        let census = Census()
        let host = try SimulatedHost(seed: seed, limits: limits) { runtime in
            try runtime.register(Solo.self, binding: "S", uniqueKey: "s", environment: SoloEnvironment(census: census))
        }
        let random = SeededRandom(seed: seed)
        let totals = try host.run("seed \(seed)") {
            try await race(host.bindings, random, name: "one", steps: 40)
        }
        try host.settle()
        let total = try host.run { try await host.bindings.getByName("one").total() }
        var violations: [String] = []
        if census.mostInOneName != 1 { violations.append("seed \(seed): two in a turn at a time") }
        // Two writers from memory would have given one number twice or taken one back.
        if Set(totals).count != totals.count { violations.append("seed \(seed): a number was given twice") }
        if total < totals.max() ?? 0 { violations.append("seed \(seed): a write was taken back") }
        if !host.world.scheduler.escapes.isEmpty { violations.append("seed \(seed): something left the world") }
        return violations
    }

    @Test(arguments: 0..<8)
    func `one name has one living object whatever activation, eviction and reset race`(block: Int) throws {
        for seed in UInt64(block * 50)..<UInt64(block * 50 + 50) {
            #expect(try Self.violations(seed: seed) == [])
        }
    }

    @Test func `the checker catches a host with several living objects of one name`() throws {
        var limits = HostLimits()
        limits.faults = .manyInstances
        let caught = try (0..<10).filter { try !Self.violations(seed: $0, limits: limits).isEmpty }
        #expect(caught.count == 10)
    }

    @Test func `one name has one living object on real threads too`() async throws {
        let census = Census()
        let world = World(clock: SystemClock(), random: SystemRandom(), scheduler: WorkerPool(workers: 4))
        let runtime = try DurableObjectRuntime(world: world, store: MemoryStore())
        runtime.core.committer.startThread()
        defer { runtime.shutdown() }
        let objects = try runtime.register(
            Solo.self,
            binding: "S",
            uniqueKey: "s",
            environment: SoloEnvironment(census: census)
        )
        let names = (0..<4).map { "name \($0)" }
        let totals = try await withThrowingTaskGroup(of: (String, [Int]).self) { group in
            for (number, name) in names.enumerated() {
                group.addTask {
                    let random = SeededRandom(seed: UInt64(number))
                    var told: [Int] = []
                    // In waves, because a reset fails all that is on its way.
                    for _ in 0..<50 { told += try await Self.race(objects, random, name: name, steps: 8) }
                    return (name, told)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(census.mostInOneName == 1)
        #expect(census.born > names.count)
        for name in names {
            let told = totals[name] ?? []
            #expect(!told.isEmpty && Set(told).count == told.count)
            #expect(try await objects.getByName(name).total() >= told.max() ?? .max)
        }
    }
}
