internal import Distributed
internal import DurableActors
internal import Foundation
public import Measure
internal import Synchronization

/// What a million pending alarms cost to set, and how late they fire after a restart.
public func alarmCases(directory: String) -> [BenchmarkCase] {
    let count = ProcessInfo.processInfo.environment["BENCH_ALARMS"].flatMap(Int.init) ?? 1_000_000
    let run = AlarmBenchmark(count: count, directory: directory)
    return [
        BenchmarkCase(
            "objects.alarms.set",
            unit: "alarms/s",
            note: "\(count) objects set one alarm each, durably; 1,000 callers; measured once",
            slice: { _ in try await run.result().set }
        ),
        BenchmarkCase(
            "objects.alarms.fire",
            unit: "alarms/s",
            note: "the same alarms after a restart, due 40,000 a second; latency is lateness, in whole milliseconds",
            slice: { _ in try await run.result().fire }
        ),
    ]
}

/// Counts alarms as they fire.
private final class AlarmTally: Sendable {
    let fired = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    let lateness = Mutex(LatencyHistogram())
}

/// Sets an alarm and tells when it fires.
distributed actor Sleeper: AlarmHandler {
    struct Env: Sendable {
        let fired: @Sendable (_ scheduled: Int64, _ now: Int64) -> Void
    }

    private let ctx: DurableObjectState
    private let env: Env

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    distributed func arm(_ due: Int64) async throws { try await ctx.storage.setAlarm(due) }

    func alarm(_ info: AlarmInfo) async throws { env.fired(info.scheduledTime, ctx.now) }
}

/// Runs once, however many slices ask for its results.
private actor AlarmBenchmark {
    struct Results: Sendable {
        let set: SliceResult
        let fire: SliceResult
    }

    private static let perSecond = 40_000

    private let count: Int
    private let path: URL
    private var results: Results?

    init(count: Int, directory: String) {
        self.count = count
        path = URL(filePath: directory).appending(path: "objects-alarms")
    }

    func result() async throws -> Results {
        if let results { return results }
        let made = try await run()
        results = made
        return made
    }

    private func open(_ tally: AlarmTally) throws -> (DurableObjectRuntime, DurableObjectNamespace<Sleeper>, WorkerPool)
    {
        let pool = WorkerPool(workers: 2)
        let world = World(clock: SystemClock(), random: SystemRandom(), scheduler: pool)
        let runtime = try DurableObjectRuntime(world: world, dataDirectory: path.path)
        let environment = Sleeper.Env { scheduled, now in
            tally.fired.wrappingAdd(1, ordering: .relaxed)
            if now < scheduled { tally.early.wrappingAdd(1, ordering: .relaxed) }
            tally.lateness.withLock { $0.record(nanoseconds: UInt64(max(now - scheduled, 0)) * 1_000_000) }
        }
        let sleepers = try runtime.register(Sleeper.self, binding: "S", uniqueKey: "s", environment: environment)
        try runtime.start(environment: environment)
        return (runtime, sleepers, pool)
    }

    private func run() async throws -> Results {
        if FileManager.default.fileExists(atPath: path.path) { try FileManager.default.removeItem(at: path) }
        let tally = AlarmTally()
        let (runtime, sleepers, pool) = try open(tally)
        // Late enough for all to be set, at a rate that was never reached, and for the restart.
        let first = Int64(Date().timeIntervalSince1970 * 1000) + Int64(count / 15) + 5000
        let count = count
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup { callers in
            for caller in 0..<1000 {
                callers.addTask(executorPreference: pool.taskExecutor) {
                    for place in stride(from: caller, to: count, by: 1000) {
                        try await sleepers.getByName("s\(place)").arm(first + Int64(place * 1000 / Self.perSecond))
                    }
                }
            }
            try await callers.waitForAll()
        }
        let set = SliceResult(operations: count, elapsed: .now - begin)
        guard tally.fired.load(ordering: .relaxed) == 0 else { throw CaseNotRun("alarms came due while they were set") }
        runtime.shutdown()
        let restart = ContinuousClock.now
        let (again, _, _) = try open(tally)
        let opened = ContinuousClock.now - restart
        while Int64(Date().timeIntervalSince1970 * 1000) < first { try await Task.sleep(for: .milliseconds(1)) }
        let firing = ContinuousClock.now
        while tally.fired.load(ordering: .relaxed) < count, .now - firing < .seconds(180) {
            try await Task.sleep(for: .milliseconds(5))
        }
        let elapsed = ContinuousClock.now - firing
        again.shutdown()
        try FileManager.default.removeItem(at: path)
        let note = """
            \(tally.fired.load(ordering: .relaxed)) of \(count) fired, \(tally.early.load(ordering: .relaxed)) before their \
            time; opened again in \(opened)
            """
        return Results(
            set: set,
            fire: SliceResult(
                operations: tally.fired.load(ordering: .relaxed),
                elapsed: elapsed,
                latency: tally.lateness.withLock { $0 },
                note: note
            )
        )
    }
}
