internal import DurableActors
internal import Measure
internal import Synchronization
internal import Workflows

/// A runtime with one workflow, a chain of steps, and word of each chain that has run its last step.
final class WorkflowHost: Sendable {
    let host: Host
    private let chains: Workflow<Chain>
    private let ends = ChainEnds()

    init(_ name: String, in directory: String) throws {
        var limits = HostLimits()
        limits.idleNanoseconds = 100_000_000
        var chains: Workflow<Chain>?
        let ends = ends
        host = try Host(name, in: directory, limits: limits) { runtime in
            chains = try runtime.registerWorkflow(Chain.self, binding: "CHAIN", name: "chain", env: ends)
        }
        guard let chains else { throw CaseNotRun("the workflow was not registered") }
        self.chains = chains
    }

    func remove() throws { try host.remove() }

    /// Runs an instance from its creation to its stored result.
    func run(_ steps: Int) async throws {
        let instance = try await chains.create(params: Chain.Params(steps: steps))
        await ends.wait(for: instance.id)
        try await complete(instance)
    }

    /// How long an instance that has left memory takes from an event to its stored result, in milliseconds.
    func replay(_ steps: Int) async throws -> SliceResult {
        let params = Chain.Params(steps: steps, waits: true)
        let instance = try await chains.create(params: params)
        await ends.wait(for: instance.id)
        try await Task.sleep(for: .milliseconds(500))
        let begin = ContinuousClock.now
        try await instance.sendEvent(type: "go")
        await ends.wait(for: instance.id)
        try await complete(instance)
        return SliceResult(value: (ContinuousClock.now - begin) / .milliseconds(1), count: 1)
    }

    /// The last step has run; the result follows in the next commit or is there already.
    private func complete(_ instance: WorkflowInstance) async throws {
        while try await instance.status().status != .complete { await Task.yield() }
    }
}

/// Steps one after the other, each of which adds one.
private struct Chain: WorkflowEntrypoint {
    struct Params: Codable, Sendable {
        var steps: Int
        var waits = false
    }

    private let id: String
    private let ends: ChainEnds

    init(ctx: WorkflowContext, env: ChainEnds) {
        id = ctx.instanceId
        ends = env
    }

    func run(_ event: WorkflowEvent<Params>, _ step: WorkflowStep) async throws -> Int {
        var value = 0
        for _ in 0..<event.payload.steps {
            let current = value
            value = try await step.do("add one") { _ in current + 1 }
        }
        if event.payload.waits {
            ends.tell(id)
            _ = try await step.waitForEvent("go", type: "go", as: NoValue.self)
        }
        ends.tell(id)
        return value
    }
}

/// Which instances have told of themselves, and who waits for which.
private final class ChainEnds: Sendable {
    private struct State {
        var told: Set<String> = []
        var waiting: [String: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    func wait(for id: String) async {
        await withCheckedContinuation { continuation in
            let hasTold = state.withLock { state in
                if state.told.remove(id) != nil { return true }
                state.waiting[id] = continuation
                return false
            }
            if hasTold { continuation.resume() }
        }
    }

    func tell(_ id: String) {
        let waiter = state.withLock { state in
            let waiter = state.waiting.removeValue(forKey: id)
            if waiter == nil { state.told.insert(id) }
            return waiter
        }
        waiter?.resume()
    }
}
