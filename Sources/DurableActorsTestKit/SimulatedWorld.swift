public import DurableActors
internal import Synchronization

/// Time, randomness and scheduling out of one seed: the same seed runs the same way.
///
/// ```swift
/// let world = SimulatedWorld(seed: 7)
/// let total = try world.run("two calls") {
///     async let first = counter.increment(by: 1)
///     async let second = counter.increment(by: 2)
///     return try await max(first, second)
/// }
/// try world.advance(by: .seconds(10))
/// ```
///
/// Isolation: `run`, `settle` and `advance` make the calling thread the driver and return when they are done; they are
/// called from a test, one at a time, never from within a body that runs.
public final class SimulatedWorld: Sendable {
    /// 2026-01-01T00:00:00Z, where a clock starts unless told otherwise.
    public static let defaultEpochMilliseconds: Int64 = 1_767_225_600_000

    /// How many steps a run may take: far more than any test needs.
    public static let defaultMaximumSteps = 5_000_000

    /// The seed all choices and random numbers come from.
    public let seed: UInt64
    /// The clock; it moves by `run` and `advance`.
    public let clock: VirtualClock
    /// The random numbers that objects and the runtime get.
    public let random: SeededRandom
    /// The scheduler, for its `escapes` and `holdsCommits`.
    public let scheduler: SimulatedScheduler
    /// The other servers, which a test scripts.
    public let network = ScriptedNetwork()

    /// Makes a world in which nothing has happened.
    ///
    /// `patience` is the real time for which a run that is stuck waits for work from other threads.
    public init(
        seed: UInt64,
        order: SimulatedScheduler.Order = .seeded,
        epochMilliseconds: Int64 = SimulatedWorld.defaultEpochMilliseconds,
        patience: Duration = .seconds(10)
    ) {
        self.seed = seed
        clock = VirtualClock(epochMilliseconds: epochMilliseconds)
        random = SeededRandom(seed: seed)
        scheduler = SimulatedScheduler(seed: seed, order: order, clock: clock, patience: Self.nanoseconds(patience))
    }

    /// The parts as a runtime takes them.
    public var world: World {
        World(clock: clock, random: random, scheduler: scheduler, network: network)
    }

    /// Runs a body as a task of this world and returns its result.
    ///
    /// When nothing is ready, time moves to the next timer, unless `advancesTime` is false. Throws the body's error, or
    /// `SimulationError` when nothing can go on.
    public func run<Result: Sendable>(
        _ phase: String = "run",
        advancesTime: Bool = true,
        maximumSteps: Int = SimulatedWorld.defaultMaximumSteps,
        _ body: @escaping @Sendable () async throws -> Result
    ) throws -> Result {
        let task = SimulatedTask<Result>()
        try scheduler.drive(phase) {
            begin(task, body)
            try scheduler.pump(
                until: { task.result != nil },
                timeLimit: advancesTime ? .max : clock.uptimeNanoseconds,
                maximumSteps: maximumSteps
            )
        }
        guard let result = task.result else {
            throw SimulationError(code: .deadlock, phase: phase, seed: seed, detail: "The body has no result.")
        }
        return try result.get()
    }

    /// Begins a body that goes on while later calls drive the world; its task tells how it ended.
    public func start<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) -> SimulatedTask<Result> {
        let task = SimulatedTask<Result>()
        begin(task, body)
        return task
    }

    private func begin<Result: Sendable>(
        _ task: SimulatedTask<Result>,
        _ body: @escaping @Sendable () async throws -> Result
    ) {
        Task(executorPreference: scheduler) {
            do {
                task.end(.success(try await body()))
            } catch {
                task.end(.failure(error))
            }
        }
    }

    /// Runs a body on a thread of its own, for bodies whose work leaves for Swift's pool and must find it free.
    @concurrent
    public func runApart<Result: Sendable>(
        _ phase: String = "run",
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            NativeThread.start { [self] in
                continuation.resume(with: Swift.Result { try run(phase, body) })
            }
        }
    }

    /// Runs everything that is ready, commits included, without moving time.
    public func settle(_ phase: String = "settle") throws {
        try scheduler.drive(phase) { try scheduler.pump(until: nil, timeLimit: clock.uptimeNanoseconds) }
    }

    /// Moves time, firing each timer at its own time and running all that becomes ready.
    public func advance(by duration: Duration, _ phase: String = "advance") throws {
        let target = clock.uptimeNanoseconds + Self.nanoseconds(duration)
        try scheduler.drive(phase) {
            try scheduler.pump(until: nil, timeLimit: target)
            clock.move(toUptime: max(target, clock.uptimeNanoseconds))
            try scheduler.pump(until: nil, timeLimit: target)
        }
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        return UInt64(max(seconds, 0)) * 1_000_000_000 + UInt64(max(attoseconds, 0)) / 1_000_000_000
    }

    /// Waits for virtual time to pass, within a body.
    public func sleep(milliseconds: Int64) async {
        let due = clock.uptimeNanoseconds + UInt64(max(milliseconds, 0)) * 1_000_000
        await scheduler.wait(untilUptime: due)
    }
}
