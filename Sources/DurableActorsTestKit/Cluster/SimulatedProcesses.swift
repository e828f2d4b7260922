internal import Cluster
internal import DurableActors

/// What a simulated host runs on: one process, or a door and the node behind it.
enum SimulatedProcesses: Sendable {
    case one(DurableObjectRuntime, MemoryStore)
    case behind(ForeignDoor)

    /// Starts them over a store; those before give what else has to be there again.
    init(
        _ store: MemoryStore,
        after old: SimulatedProcesses?,
        _ world: SimulatedWorld,
        _ limits: HostLimits,
        _ log: EventLog
    ) throws {
        guard ForeignDoor.isAsked else {
            self = .one(try DurableObjectRuntime(in: world.world, on: store, limits: limits, log: log), store)
            return
        }
        var doorStore = MemoryStore()
        if case .behind(let old)? = old { doorStore = old.door.store.copy() }
        self = .behind(try ForeignDoor(doorStore, store, world, limits, log))
    }

    /// Where test code calls in.
    var door: DurableObjectRuntime {
        switch self {
        case .one(let runtime, _): runtime
        case .behind(let pair): pair.door.runtime
        }
    }

    /// Where the objects are.
    var owner: DurableObjectRuntime {
        switch self {
        case .one(let runtime, _): runtime
        case .behind(let pair): pair.owner.runtime
        }
    }

    /// What the objects have stored.
    var store: MemoryStore {
        switch self {
        case .one(_, let store): store
        case .behind(let pair): pair.owner.store
        }
    }

    /// Registers the classes in each process; returns what the door's are called through.
    func open<Bindings>(_ body: (DurableObjectRuntime) throws -> Bindings) throws -> Bindings {
        guard case .behind(let pair) = self else { return try body(door) }
        _ = try body(pair.owner.runtime)
        let bindings = try body(door)
        // Where all classes have environments of their own nobody has started the runtimes.
        for node in [pair.owner, pair.door] { node.forwarder.begin() }
        return bindings
    }

    /// Ends them without warning.
    func crash() {
        switch self {
        case .one(let runtime, let store):
            store.crash()
            runtime.shutdown()
        case .behind(let pair): pair.crash()
        }
    }
}
