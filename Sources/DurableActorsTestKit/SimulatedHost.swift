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
/// Isolation: used from a test's own thread; `bindings` may be read within the bodies it runs.
public final class SimulatedHost<Bindings: Sendable>: Sendable {
    private struct State {
        var store: MemoryStore
        var runtime: DurableObjectRuntime
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
        let runtime = try Self.open(store, world, limits, log)
        state = Mutex(State(store: store, runtime: runtime, bindings: try open(runtime)))
    }

    private static func open(
        _ store: MemoryStore,
        _ world: SimulatedWorld,
        _ limits: HostLimits,
        _ log: EventLog
    ) throws -> DurableObjectRuntime {
        guard let sizes = store.logSizes else {
            return try DurableObjectRuntime(world: world.world, store: store, limits: limits, log: log)
        }
        var limits = limits
        limits.log = sizes
        return try DurableObjectRuntime(world: world.world, store: store, loggingTo: store, limits: limits, log: log)
    }

    /// The runtime of now.
    public var runtime: DurableObjectRuntime { state.withLock { $0.runtime } }

    /// The store of now.
    public var store: MemoryStore { state.withLock { $0.store } }

    /// What `open` returned for the runtime of now.
    public var bindings: Bindings { state.withLock { $0.bindings } }

    /// Ends the process without warning and starts one on what is durable, or on another store.
    ///
    /// What was running is never heard of again; stubs from before are of no more use.
    public func restart(on other: MemoryStore? = nil) throws {
        let old = state.withLock { ($0.runtime, $0.store) }
        old.1.crash()
        old.0.shutdown()
        let store = other ?? old.1.copy()
        let runtime = try Self.open(store, world, limits, log)
        let bindings = try open(runtime)
        state.withLock { $0 = State(store: store, runtime: runtime, bindings: bindings) }
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
