package import Cluster
package import DurableActors

/// A process of a cluster in a simulated world, with a store of its own.
package struct SimulatedNode: Sendable {
    /// What all simulated nodes know.
    package static let secret = Array("a simulated cluster's secret".utf8)

    /// Its name in the membership.
    package let name: String
    package let runtime: DurableObjectRuntime
    package let forwarder: ClusterForwarder
    package let store: MemoryStore

    /// Makes the process a node, which begins when its runtime is started.
    package init(
        _ name: String,
        of membership: ClusterMembership,
        rereading source: (any ClusterStore)? = nil,
        on store: MemoryStore,
        over network: SimulatedNetwork,
        limits: HostLimits = HostLimits(),
        log: EventLog = .silent,
        settings: ClusterSettings = ClusterSettings()
    ) throws {
        let shared = network.world
        let world = World(
            clock: shared.clock,
            random: shared.random,
            scheduler: ProcessScheduler(on: shared.scheduler),
            network: shared.network
        )
        self.name = name
        self.store = store
        var settings = settings
        if shared.scheduler.order == .seeded {
            let choices = SeededRandom(seed: shared.seed ^ UInt64(name.utf8.first ?? 0) << 32)
            settings.isHeldUp = { choices.below(8) == 0 }
        }
        runtime = try DurableObjectRuntime(in: world, on: store, limits: limits, log: log)
        forwarder = try ClusterForwarder(
            name: name,
            secret: Self.secret,
            host: runtime.core,
            membership: membership,
            rereading: source ?? MemoryClusterStore(membership),
            dialler: network,
            settings: settings
        )
        if let address = forwarder.node?.peerAddress { network.listen(address, forwarder.links) }
    }
}

extension DurableObjectRuntime {
    /// A runtime on a store in memory, with a log where the store has room for one.
    convenience init(in world: World, on store: MemoryStore, limits: HostLimits, log: EventLog) throws {
        var limits = limits
        limits.log = store.logSizes ?? limits.log
        let disk = store.logSizes == nil ? nil : store
        try self.init(world: world, store: store, loggingTo: disk, limits: limits, log: log)
    }
}
