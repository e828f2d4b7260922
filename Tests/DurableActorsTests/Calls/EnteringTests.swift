import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

/// Says at several points of its methods whether they run isolated to the object, in one of its turns.
private distributed actor Resident: DurableObject {
    private let ctx: DurableObjectState
    private var seen: [Bool] = []
    private var finished: CheckedContinuation<Void, Never>?

    init(ctx: DurableObjectState, env: String) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// Looks at once, after a wait, and in a task that inherits the isolation.
    distributed func look() async throws -> [Bool] {
        note()
        try await ctx.sleep(milliseconds: 1)
        note()
        await withCheckedContinuation { continuation in
            finished = continuation
            Task { finish() }
        }
        note()
        return seen
    }

    /// Calls itself through a stub while it runs.
    distributed func lookTwice(_ stub: Resident) async throws -> Int {
        let inner = try await stub.peek()
        note()
        return inner + seen.count
    }

    distributed func peek() -> Int {
        note()
        return seen.count
    }

    private func finish() {
        note()
        finished?.resume()
        finished = nil
    }

    private func note() {
        preconditionIsolated()
        seen.append(ctx.storage.isUsableHere)
    }
}

extension DurableObjectStorage {
    /// Whether the caller is in a turn of the object.
    fileprivate var isUsableHere: Bool { (try? kv.get("none", as: Int.self)) == .some(.none) }
}

struct EnteringTests {
    private func host() throws -> SimulatedHost<DurableObjectNamespace<Resident>> {
        try SimulatedHost { runtime in
            let residents = try runtime.register(Resident.self, binding: "RESIDENT", uniqueKey: "resident")
            try runtime.start(environment: "none")
            return residents
        }
    }

    @Test func `a called method runs in its object's turns before and after it waits, and so do its tasks`() throws {
        let host = try host()
        let seen = try host.run { try await host.bindings.getByName("one").look() }
        #expect(seen == [true, true, true, true])
        #expect(host.world.scheduler.escapes.isEmpty)
    }

    @Test func `a method may be called while another of the same object waits for it`() throws {
        let host = try host()
        let count = try host.run {
            let stub = host.bindings.getByName("one")
            return try await stub.lookTwice(stub)
        }
        #expect(count == 3)
    }

    @Test func `events that follow one another run in kept tasks and are told apart`() throws {
        let host = try host()
        let counts = try host.run {
            let stub = host.bindings.getByName("one")
            var counts: [Int] = []
            for _ in 0..<5 { counts.append(try await stub.peek()) }
            return counts
        }
        #expect(counts == [1, 2, 3, 4, 5])
    }
}
