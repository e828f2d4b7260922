import DurableActors
import DurableActorsTestKit
import Testing

/// The log under real threads, with checkpoints all the time.
@Suite struct LogThreadTests {
    private func open(_ disk: MemoryStore) throws -> (DurableObjectRuntime, DurableObjectNamespace<Counter>) {
        let pool = WorkerPool(workers: 3)
        var limits = HostLimits()
        limits.log = try #require(disk.logSizes)
        limits.log.checkpointNanoseconds = 1_000_000
        limits.idleNanoseconds = 2_000_000
        let runtime = try DurableObjectRuntime(
            world: World(clock: SystemClock(), random: SystemRandom(), scheduler: pool),
            store: disk,
            loggingTo: disk,
            limits: limits
        )
        runtime.core.committer.startThread()
        let counters = try runtime.register(Counter.self, binding: "C", uniqueKey: "c", environment: NoEnvironment())
        return (runtime, counters)
    }

    @Test func `callers on threads count without a gap while checkpoints run and objects come and go`() async throws {
        let disk = MemoryStore(isLogged: true)
        let (runtime, counters) = try open(disk)
        let (names, callers, calls) = (["a", "b", "c", "d", "e"], 20, 60)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                let name = names[caller % names.count]
                group.addTask {
                    var last = 0
                    for _ in 0..<calls {
                        let total = try await counters.getByName(name).increment(by: 1)
                        #expect(total > last)
                        last = total
                        if total % 16 == 0 { #expect(try await counters.list().objects.count <= names.count) }
                    }
                }
            }
            try await group.waitForAll()
        }
        // Taken while the host runs, as a power cut would.
        let cut = disk.copy()
        runtime.shutdown()
        let (again, found) = try open(cut)
        defer { again.shutdown() }
        for name in names {
            #expect(try await found.getByName(name).total() == callers / names.count * calls)
        }
    }
}
