import DurableActors
import DurableActorsTestKit
import Locks
import Workflows

/// What closures did, as the outside world saw it: kept across crashes of the simulated process.
final class Effects: Sendable {
    private let entries = Mutex<[String]>([])
    private let world = Mutex<SimulatedWorld?>(nil)

    func note(_ text: String) { entries.withLock { $0.append(text) } }

    var all: [String] { entries.withLock { $0 } }

    func count(_ text: String) -> Int { all.count { $0 == text } }

    func clear() { entries.withLock { $0 = [] } }

    func live(in world: SimulatedWorld) { self.world.withLock { $0 = world } }

    /// Waits whatever becomes of the task.
    func sleep(seconds: Int64) async { await world.withLock { $0 }?.sleep(milliseconds: seconds * 1000) }
}

/// What a scripted workflow does.
typealias Script = @Sendable (WorkflowEvent<JSONValue>, WorkflowStep, Effects) async throws -> JSONValue

/// A workflow whose `run` is a closure of the test.
struct Scripted: WorkflowEntrypoint {
    struct Env: Sendable {
        let effects: Effects
        let script: Script
    }

    let env: Env

    init(ctx: WorkflowContext, env: Env) { self.env = env }

    func run(_ event: WorkflowEvent<JSONValue>, _ step: WorkflowStep) async throws -> JSONValue {
        try await env.script(event, step, env.effects)
    }
}

/// A simulated host with one workflow, whose code may be exchanged at a restart.
final class Rig: Sendable {
    let effects = Effects()
    let host: SimulatedHost<Workflow<Scripted>>
    private let current: Current

    init(
        seed: UInt64 = 1,
        order: SimulatedScheduler.Order = .seeded,
        limits: WorkflowLimits = WorkflowLimits(),
        store: MemoryStore = MemoryStore(),
        hostLimits: HostLimits = HostLimits(),
        log: EventLog = .silent,
        schedules: [String] = [],
        missed: MissedSchedule = .skip,
        _ script: @escaping Script
    ) throws {
        let current = Current(script)
        let effects = effects
        host = try SimulatedHost(seed: seed, order: order, store: store, limits: hostLimits, log: log) { runtime in
            let workflow = try runtime.registerWorkflow(
                Scripted.self,
                binding: "SCRIPTED",
                name: "scripted",
                limits: limits,
                schedules: schedules,
                missed: missed,
                env: Scripted.Env(effects: effects) { try await current.script($0, $1, $2) }
            )
            try runtime.start(environment: NoValue())
            return workflow
        }
        self.current = current
        effects.live(in: host.world)
    }

    private final class Current: Sendable {
        private let stored: Mutex<Script>
        init(_ script: @escaping Script) { stored = Mutex(script) }
        var script: Script { stored.withLock { $0 } }
        func set(_ script: @escaping Script) { stored.withLock { $0 = script } }
    }

    /// Deploys other code, for lifetimes that begin from now on.
    func deploy(_ script: @escaping Script) { current.set(script) }

    func create(_ id: String = "a", _ params: JSONValue = [:]) throws {
        let workflow = host.bindings
        _ = try host.run("create", advancesTime: false) { try await workflow.create(id: id, params: params) }
    }

    func report(_ id: String = "a") throws -> InstanceStatus {
        let workflow = host.bindings
        return try host.run("status", advancesTime: false) { try await workflow.get(id).status() }
    }

    func status(_ id: String = "a") throws -> InstanceStatus.Status { try report(id).status }

    func send(_ type: String, _ payload: JSONValue = [:], to id: String = "a") throws {
        let workflow = host.bindings
        try host.run("send", advancesTime: false) { try await workflow.get(id).sendEvent(type: type, payload: payload) }
    }

    func terminate(_ id: String = "a", rollback: Bool = false) throws {
        try control(id) { try await $0.terminate(rollback: rollback) }
    }

    func pause(_ id: String = "a") throws { try control(id) { try await $0.pause() } }

    func resume(_ id: String = "a") throws { try control(id) { try await $0.resume() } }

    func restart(_ id: String = "a") throws { try control(id) { try await $0.restart() } }

    func control<Result: Sendable>(
        _ id: String = "a",
        _ body: @escaping @Sendable (WorkflowInstance) async throws -> Result
    ) throws -> Result {
        let workflow = host.bindings
        return try host.run("control", advancesTime: false) { try await body(try await workflow.get(id)) }
    }

    /// All that has happened to an instance that has ended, or in a lifetime before the last.
    func log(_ id: String = "a", after cursor: Int64 = 0) throws -> [WorkflowInstanceEvent] {
        try control(id) { instance in
            var events: [WorkflowInstanceEvent] = []
            for try await event in instance.subscribe(cursor: cursor) { events.append(event) }
            return events
        }
    }

    /// Gives back the memory of all objects.
    func evict() throws {
        let runtime = host.runtime
        try host.run("evict") { try await evictAllDurableObjects(runtime) }
    }

    func settle() throws { try host.settle() }

    func advance(_ milliseconds: Int64) throws { try host.advance(by: .milliseconds(milliseconds)) }

    /// Kills the process; it comes back after so long.
    func crash(downFor milliseconds: Int64 = 0) throws {
        host.world.clock.jumpWallClock(byMilliseconds: milliseconds)
        try host.restart()
        try host.settle()
    }

    /// Runs until all that happens within a virtual day has happened.
    func finish() throws { try advance(86_400_000 * 2) }

    var elapsed: Int64 { host.world.clock.nowMilliseconds - SimulatedWorld.defaultEpochMilliseconds }
}

extension WorkflowError {
    init(boom message: String) { self.init(name: "Error", message) }
}
