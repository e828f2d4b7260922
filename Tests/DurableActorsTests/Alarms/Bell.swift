import Distributed
import DurableActors
import DurableActorsTestKit

/// What a bell does, as its test says, and what was seen of it.
struct BellEnvironment: Sendable {
    var constructor: @Sendable (DurableObjectState) async throws -> Void = { _ in }
    var alarm: @Sendable (DurableObjectState, AlarmInfo) async throws -> Void = { _, _ in }
    let runs = Recorder<BellRun>()
    let events = Recorder<String>()
}

/// One call of an alarm's handler.
struct BellRun: Sendable, Equatable {
    let object: String
    let at: Int64
    let info: AlarmInfo
}

/// An object whose alarm does what its test says.
distributed actor Bell: AlarmHandler {
    let ctx: DurableObjectState
    let env: BellEnvironment

    init(ctx: DurableObjectState, env: BellEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
        env.events.add("made \(ctx.id.name ?? "")")
        ctx.blockConcurrencyWhile { try await env.constructor(ctx) }
    }

    func alarm(_ info: AlarmInfo) async throws {
        env.runs.add(BellRun(object: ctx.id.name ?? "", at: ctx.now, info: info))
        try await env.alarm(ctx, info)
    }
}

/// The same objects after their class has lost its handler.
distributed actor MuteBell: DurableObject {
    let ctx: DurableObjectState
    let env: BellEnvironment

    init(ctx: DurableObjectState, env: BellEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
        ctx.blockConcurrencyWhile { try await env.constructor(ctx) }
    }
}

/// A host of bells.
final class Belfry: Sendable {
    let host: SimulatedHost<DurableObjectNamespace<Bell>>
    let lines = Recorder<String>()
    private let env: BellEnvironment

    init(
        seed: UInt64 = 1,
        order: SimulatedScheduler.Order = .seeded,
        store: MemoryStore = MemoryStore(),
        limits: HostLimits = HostLimits(),
        alarm: @escaping @Sendable (DurableObjectState, AlarmInfo) async throws -> Void = { _, _ in },
        constructor: @escaping @Sendable (DurableObjectState) async throws -> Void = { _ in }
    ) throws {
        let env = BellEnvironment(constructor: constructor, alarm: alarm)
        self.env = env
        let lines = lines
        host = try SimulatedHost(
            seed: seed,
            order: order,
            store: store,
            limits: limits,
            log: EventLog { lines.add($0) }
        ) { runtime in
            let bells = try runtime.register(Bell.self, binding: "BELL", uniqueKey: "bell")
            try runtime.start(environment: env)
            return bells
        }
    }

    var now: Int64 { host.world.clock.nowMilliseconds }
    var runs: [BellRun] { env.runs.all }
    var events: Recorder<String> { env.events }

    func stub(_ name: String = "x") -> Bell { host.bindings.getByName(name) }

    /// Runs a closure inside a bell as an event of its own.
    func inside<Result: Sendable>(
        _ name: String = "x",
        _ body: @escaping @Sendable (DurableObjectState) async throws -> Result
    ) throws -> Result {
        try host.run { try await runInDurableObject(self.stub(name)) { _, state in try await body(state) } }
    }

    /// Begins a closure inside a bell and goes on.
    func begin<Result: Sendable>(
        _ body: @escaping @Sendable (DurableObjectState) async throws -> Result
    ) -> SimulatedTask<Result> {
        host.world.start { try await runInDurableObject(self.stub()) { _, state in try await body(state) } }
    }

    /// Sets the alarm; its time.
    @discardableResult
    func set(in delay: Int64, _ name: String = "x") throws -> Int64 {
        try inside(name) { state in
            let due = state.now + delay
            try await state.storage.setAlarm(due)
            return due
        }
    }

    func due(_ name: String = "x") throws -> Int64? { try inside(name) { try await $0.storage.getAlarm() } }

    func advance(milliseconds: Int64) throws { try host.advance(by: .milliseconds(milliseconds)) }
}

/// A number that a handler counts down or up, from whichever life of its object.
final class Tally: Sendable {
    private let kept = Recorder<Void>()

    /// How often it was counted before.
    func next() -> Int {
        defer { kept.add(()) }
        return kept.all.count
    }

    var count: Int { kept.all.count }
}
