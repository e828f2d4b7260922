import Distributed
import DurableActors
import DurableActorsTestKit
import Locks
import Testing

private enum CallerNote {
    @TaskLocal static var text = "none"
}

/// Says what a method sees of the task that it runs in.
private distributed actor QuickTally: DurableObject {
    private var count = 0

    init(ctx: DurableObjectState, env: String) { actorSystem = ctx.actorSystem }

    distributed func add() -> Int {
        count += 1
        return count
    }

    distributed func look() -> [String] {
        preconditionIsolated()
        return ["cancelled: \(Task.isCancelled)", "note: \(CallerNote.text)"]
    }

    distributed func fail() throws { throw DurableObjectError(.notFound, "There is none.") }

    distributed func waitThenAdd() async -> Int {
        await Task.yield()
        return add()
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)
    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}

/// Calls of tasks on a pool's only worker, so that whatever runs beside them runs between.
struct CallsInPlaceTests {
    private func calling<Result: Sendable>(
        _ body: @escaping @Sendable (QuickTally, any TaskExecutor) async throws -> Result
    ) async throws -> Result {
        let pool = WorkerPool(workers: 1)
        let world = World(clock: SystemClock(), random: SystemRandom(), scheduler: pool)
        let runtime = try DurableObjectRuntime(world: world, store: MemoryStore())
        defer { runtime.shutdown() }
        let tallies = try runtime.register(QuickTally.self, binding: "TALLY", uniqueKey: "tally")
        try runtime.start(environment: "none")
        let stub = tallies.getByName("one")
        return try await Task(executorPreference: pool.taskExecutor) {
            _ = try await stub.add()
            _ = try await stub.add()
            return try await body(stub, pool.taskExecutor)
        }.value
    }

    @Test func `calls of an idle object let nothing come between, but after 64 the others have their turn`()
        async throws
    {
        let (early, late) = try await calling { stub, executor in
            let flag = Flag()
            _ = Task(executorPreference: executor) { flag.set() }
            _ = try await stub.add()
            let early = flag.isSet
            for _ in 0..<64 { _ = try await stub.add() }
            return (early, flag.isSet)
        }
        #expect(!early)
        #expect(late)
    }

    @Test func `a method sees neither that its caller is cancelled nor the caller's task-local values`() async throws {
        let seen = try await calling { stub, executor in
            let task = Task(executorPreference: executor) {
                try await CallerNote.$text.withValue("the caller's") { try await stub.look() }
            }
            task.cancel()
            return try await task.value
        }
        #expect(seen == ["cancelled: false", "note: none"])
    }

    @Test func `a method that throws or waits answers as ever`() async throws {
        let (error, count) = try await calling { stub, _ in
            var caught: DurableObjectError?
            do { try await stub.fail() } catch let error as DurableObjectError { caught = error }
            return (caught, try await stub.waitThenAdd())
        }
        #expect(error?.code == .notFound)
        #expect(error?.remote == true)
        #expect(count == 3)
    }
}
