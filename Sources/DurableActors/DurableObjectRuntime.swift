/// A process's objects: register classes, start with an environment, and call objects through their namespaces.
///
/// One runtime serves one data directory. Nothing here needs the network; `AgentHost` adds that.
public final class DurableObjectRuntime: Sendable {
    package let core: HostCore

    /// Opens the store of a data directory in a world of threads and real time.
    public convenience init(
        world: World,
        dataDirectory: String,
        limits: HostLimits = HostLimits(),
        log: EventLog = .silent
    ) throws {
        try self.init(world: world, opened: try LMDBStore(directory: dataDirectory), limits: limits, log: log)
    }

    /// Takes an opened store, for a host that opens it before it starts any thread.
    package convenience init(
        world: World,
        opened store: LMDBStore,
        limits: HostLimits = HostLimits(),
        log: EventLog = .silent
    ) throws {
        let disk = try DirectoryLogDisk(store.directory + "/log")
        try self.init(world: world, store: store, loggingTo: disk, limits: limits, log: log)
        core.committer.startThread()
    }

    package init(
        world: World,
        store: any OrderedStore,
        loggingTo disk: (any LogDisk)? = nil,
        limits: HostLimits = HostLimits(),
        log: EventLog = .silent
    ) throws {
        core = try HostCore(world: world, store: store, loggingTo: disk, limits: limits, log: log)
    }

    /// The time, randomness and scheduling of this runtime.
    public var world: World { core.world }

    /// The way to other servers, for environments and programs; objects themselves have `ctx.fetch`.
    public var fetcher: Fetcher { Fetcher(network: world.network) }

    /// Registers a class and returns its namespace.
    ///
    /// `uniqueKey` names the class on disk for ever: keep it when the type or the binding is renamed. Objects get
    /// `environment` where one is given, else the one that `start` is given. With `preventsEviction` they stay in memory
    /// however long they are idle, until they are reset or the runtime ends. `props` is what they are told as `ctx.props`.
    public func register<Object: DurableObject>(
        _ type: Object.Type,
        binding: String,
        uniqueKey: String,
        environment: Object.Env? = nil,
        props: (any Sendable)? = nil,
        preventsEviction: Bool = false
    ) throws -> DurableObjectNamespace<Object> {
        let objectClass = try core.register(
            {
                ObjectClass(
                    type,
                    bindingName: binding,
                    uniqueKey: uniqueKey,
                    number: $0,
                    environment: environment,
                    props: props,
                    preventsEviction: preventsEviction
                )
            },
            uniqueKey: uniqueKey,
            bindingName: binding
        )
        return DurableObjectNamespace(objectClass: objectClass, host: core)
    }

    /// Gives objects their environment and begins to fire alarms; overdue ones run at once.
    public func start(environment: any Sendable) throws {
        core.setEnvironment(environment)
        try core.alarms.start()
    }

    /// Tells where the time went of every event that takes at least `nanoseconds`, until it is called again; nil ends it.
    ///
    /// The closure is called on whichever thread lets the event's answer leave, so it should be quick. While nobody asks,
    /// events are not timed.
    public func observeCalls(
        slowerThan nanoseconds: UInt64 = 0,
        _ observer: (@Sendable (CallFigures) -> Void)?
    ) {
        core.observer.observe(threshold: nanoseconds, observer)
    }

    /// Stops everything and lets go of the data; what was answered is durable already.
    ///
    /// Waits for no call. Nothing of the runtime runs any more afterwards, so a call without an answer never gets one, nor does
    /// a later one: whoever goes on living ends its calls first.
    public func shutdown() {
        core.alarms.stop()
        core.committer.stop()
        core.world.scheduler.shutdown()
        core.objects.close()
    }
}
