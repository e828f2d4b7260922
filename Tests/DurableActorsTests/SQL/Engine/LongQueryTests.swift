import Distributed
import DurableActors
import DurableActorsTestKit
import Synchronization
import Testing

/// The machine's clock, until it is put forward by a day.
private final class SkippingClock: WorldClock {
    private let real = SystemClock()
    private let skipped = Atomic<UInt64>(0)

    var nowMilliseconds: Int64 { real.nowMilliseconds }
    var uptimeNanoseconds: UInt64 { real.uptimeNanoseconds &+ skipped.load(ordering: .relaxed) }

    func skip() { skipped.store(86_400_000_000_000, ordering: .relaxed) }
}

private struct QuerierEnvironment: Sendable {
    let began: @Sendable () -> Void
}

private distributed actor Querier: DurableObject {
    let ctx: DurableObjectState
    let env: QuerierEnvironment

    init(ctx: DurableObjectState, env: QuerierEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    /// Asks what has no end; the text of its refusal.
    distributed func ask() throws -> String {
        env.began()
        do {
            try ctx.storage.sql.exec(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
            )
            return ""
        } catch let error as SQLFailure {
            return error.description
        }
    }

    distributed func insert(_ number: Int) throws -> Int {
        try ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (?)", number)
        return Int(try ctx.number("SELECT count(*) FROM t"))
    }
}

@Suite struct LongQueryTests {
    @Test func `while a query of one object runs on the only worker others are served, and at its limit it ends`()
        async throws
    {
        let clock = SkippingClock()
        var limits = HostLimits()
        limits.sqlCallSteps = .max
        limits.sqlCallNanoseconds = 3_600_000_000_000
        let world = World(clock: clock, random: SystemRandom(), scheduler: WorkerPool(workers: 1))
        let runtime = try DurableObjectRuntime(world: world, store: MemoryStore(), limits: limits)
        runtime.core.committer.startThread()
        defer { runtime.shutdown() }
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let objects = try runtime.register(
            Querier.self,
            binding: "Q",
            uniqueKey: "q",
            environment: QuerierEnvironment { begins.yield() }
        )
        let ended = Recorder<String>()
        let query = Task { ended.add(try await objects.getByName("long").ask()) }
        for await _ in begun { break }
        for number in 0..<50 {
            #expect(try await objects.getByName("other \(number % 5)").insert(number) == number / 5 + 1)
        }
        #expect(ended.all == [])
        clock.skip()
        try await query.value
        #expect(ended.all == ["The SQL statement took longer than it may: interrupted: SQLITE_INTERRUPT"])
        #expect(try await objects.getByName("long").insert(1) == 1)
    }
}
