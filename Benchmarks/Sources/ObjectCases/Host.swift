internal import DurableActors
internal import Foundation
internal import Measure

/// A runtime of its own in a directory of its own, with callers that run on its workers.
final class Host: Sendable {
    let pool: WorkerPool
    let runtime: DurableObjectRuntime
    let subjects: DurableObjectNamespace<Subject>
    private let directory: URL

    /// Opens a runtime with two workers; `register` adds to what it runs.
    init(
        _ name: String,
        in parent: String,
        limits: HostLimits = HostLimits(),
        register: (DurableObjectRuntime) throws -> Void = { _ in }
    ) throws {
        directory = URL(filePath: parent).appending(path: "objects-\(name)")
        if FileManager.default.fileExists(atPath: directory.path) {
            try FileManager.default.removeItem(at: directory)
        }
        pool = WorkerPool(workers: 2)
        let world = World(clock: SystemClock(), random: SystemRandom(), scheduler: pool)
        runtime = try DurableObjectRuntime(world: world, dataDirectory: directory.path, limits: limits)
        subjects = try runtime.register(Subject.self, binding: "SUBJECT", uniqueKey: "subject")
        try register(runtime)
        try runtime.start(environment: Subject.Env())
    }

    /// Stops the runtime and removes its data.
    func remove() throws {
        runtime.shutdown()
        try removeData()
    }

    /// Removes the data of a runtime that was shut down.
    func removeData() throws { try FileManager.default.removeItem(at: directory) }

    /// Where its data is.
    var path: String { directory.path }

    /// Lets several callers repeat an operation, each in a task on the runtime's workers.
    func repeating(
        for duration: Duration,
        callers: Int,
        weight: Int,
        _ operation: @escaping @Sendable (_ caller: Int, _ repetition: Int) async throws -> Void
    ) async throws -> SliceResult {
        try await looping(for: duration, callers: callers, weight: weight) { caller, laps in
            while laps.begin() { try await operation(caller, laps.number) }
        }
    }

    /// The same with a loop that each caller runs itself, of whose repetitions one out of so many is timed.
    func looping(
        for duration: Duration,
        callers: Int,
        weight: Int = 1,
        sampleEvery: Int = 1,
        _ loop: @escaping @Sendable (_ caller: Int, _ laps: inout Laps) async throws -> Void
    ) async throws -> SliceResult {
        let start = ContinuousClock.now
        let executor = pool.taskExecutor
        return try await withThrowingTaskGroup(of: SliceResult.self) { group in
            for caller in 0..<callers {
                group.addTask(executorPreference: executor) {
                    var laps = Laps(for: duration, sampleEvery: sampleEvery)
                    try await loop(caller, &laps)
                    return laps.result(weight: weight)
                }
            }
            return try await group.together(since: start)
        }
    }

    /// Runs an operation once for each of several callers at the same time.
    func once(callers: Int, _ operation: @escaping @Sendable (_ caller: Int) async throws -> Void) async throws {
        let executor = pool.taskExecutor
        try await withThrowingTaskGroup { group in
            for caller in 0..<callers {
                group.addTask(executorPreference: executor) { try await operation(caller) }
            }
            try await group.waitForAll()
        }
    }
}
