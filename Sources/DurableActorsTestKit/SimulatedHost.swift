public import DurableActors
internal import Locks

/// A runtime in a simulated world on a store in memory, that can be restarted like a process.
///
/// ```swift
/// let host = try SimulatedHost(seed: 1) { runtime in
///     let counters = try runtime.register(Counter.self, binding: "COUNTER", uniqueKey: "counter")
///     try runtime.start(environment: CounterEnvironment())
///     return counters
/// }
/// try host.run { _ = try await host.bindings.getByName("main").increment(by: 1) }
/// try host.restart()
/// let total = try host.run { try await host.bindings.getByName("main").total() }
/// ```
///
/// With `FOREIGN_DOOR=1` in the environment the objects are in another process of the world than the one that `bindings` call
/// in at, and everything goes over a link between the two; `open` is called for both.
///
/// Isolation: used from a test's own thread; `bindings` may be read within the bodies it runs.
public final class SimulatedHost<Bindings: Sendable>: Sendable {
    private struct State {
        var processes: SimulatedProcesses
        var bindings: Bindings
    }

    /// Time, randomness and scheduling; they go on across a restart.
    public let world: SimulatedWorld
    private let open: @Sendable (DurableObjectRuntime) throws -> Bindings
    private let limits: HostLimits
    private let log: EventLog
    private let state: Mutex<State>

    /// Opens a runtime; `open` registers the classes, starts it, and returns what the test calls objects through.
    public init(
        seed: UInt64 = 1,
        order: SimulatedScheduler.Order = .seeded,
        store: MemoryStore = MemoryStore(),
        limits: HostLimits = HostLimits(),
        log: EventLog = .silent,
        open: @escaping @Sendable (DurableObjectRuntime) throws -> Bindings
    ) throws {
        world = SimulatedWorld(seed: seed, order: order)
        self.open = open
        self.limits = limits
        self.log = log
        let processes = try SimulatedProcesses(store, after: nil, world, limits, log)
        state = Mutex(State(processes: processes, bindings: try processes.open(open)))
        // A link that stands is nothing that a test waits for.
        if ForeignDoor.isAsked { try world.settle() }
    }

    /// The runtime of now, which has the objects.
    public var runtime: DurableObjectRuntime { state.withLock { $0.processes.owner } }

    /// The runtime that requests come in at; another one than `runtime` where the test run asks for a foreign door.
    public var door: DurableObjectRuntime { state.withLock { $0.processes.door } }

    /// The store of now.
    public var store: MemoryStore { state.withLock { $0.processes.store } }

    /// What `open` returned for the runtime of now.
    public var bindings: Bindings { state.withLock { $0.bindings } }

    /// Ends the process without warning and starts one on what is durable, or on another store.
    ///
    /// What was running is never heard of again; stubs from before are of no more use.
    public func restart(on other: MemoryStore? = nil) throws {
        let old = state.withLock { $0.processes }
        old.crash()
        let processes = try SimulatedProcesses(other ?? old.store.copy(), after: old, world, limits, log)
        let bindings = try processes.open(open)
        state.withLock { $0 = State(processes: processes, bindings: bindings) }
    }

    /// Runs a body in the world; see `SimulatedWorld.run`.
    public func run<Result: Sendable>(
        _ phase: String = "run",
        advancesTime: Bool = true,
        _ body: @escaping @Sendable () async throws -> Result
    ) throws -> Result {
        try world.run(phase, advancesTime: advancesTime, body)
    }

    /// Moves time; see `SimulatedWorld.advance`.
    public func advance(by duration: Duration, _ phase: String = "advance") throws {
        try world.advance(by: duration, phase)
    }

    /// Runs everything that is ready; see `SimulatedWorld.settle`.
    public func settle() throws { try world.settle() }
}
