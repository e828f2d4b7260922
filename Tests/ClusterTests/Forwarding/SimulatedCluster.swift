import Cluster
import DurableActors
import DurableActorsTestKit
import Locks

/// Nodes of one cluster in one world, each with a store of its own, over a simulated network.
final class SimulatedCluster<Bindings: Sendable>: Sendable {
    struct Node: Sendable {
        let name: String
        var runtime: DurableObjectRuntime
        var forwarder: ClusterForwarder
        var bindings: Bindings
        var store: MemoryStore
    }

    let world: SimulatedWorld
    let network: SimulatedNetwork
    let membership: ClusterMembership
    private let limits: HostLimits
    private let open: @Sendable (DurableObjectRuntime) throws -> Bindings
    private let state: Mutex<[Node]>

    /// Starts the nodes `a`, `b` and so on; `open` registers the classes, the same on all.
    init(
        seed: UInt64 = 1,
        nodes count: Int = 2,
        weather: SimulatedNetwork.Weather = .init(),
        limits: HostLimits = HostLimits(),
        open: @escaping @Sendable (DurableObjectRuntime) throws -> Bindings
    ) throws {
        let world = SimulatedWorld(seed: seed)
        let network = SimulatedNetwork(world)
        network.weather = weather
        let names = ["a", "b", "c", "d"].prefix(count)
        let members = names.map { ClusterNode(name: $0, peerAddress: "10.0.0.1:\(Array($0.utf8)[0])") }
        let membership = try ClusterMembership(epoch: 1, nodes: members)
        (self.world, self.network, self.membership, self.open) = (world, network, membership, open)
        self.limits = limits
        state = Mutex(try names.map { try Self.node($0, MemoryStore(), world, network, membership, limits, open) })
    }

    private static func node(
        _ name: String,
        _ store: MemoryStore,
        _ world: SimulatedWorld,
        _ network: SimulatedNetwork,
        _ membership: ClusterMembership,
        _ limits: HostLimits,
        _ open: (DurableObjectRuntime) throws -> Bindings
    ) throws -> Node {
        let parts = World(
            clock: world.clock,
            random: world.random,
            scheduler: ProcessScheduler(on: world.scheduler),
            network: world.network
        )
        let runtime = try DurableObjectRuntime(world: parts, store: store, limits: limits)
        let forwarder = try ClusterForwarder(
            name: name,
            secret: Array("secret".utf8),
            host: runtime.core,
            membership: membership,
            rereading: MemoryClusterStore(membership),
            dialler: network
        )
        let bindings = try open(runtime)
        network.listen(membership.node(named: name)?.peerAddress ?? "", forwarder.links)
        return Node(name: name, runtime: runtime, forwarder: forwarder, bindings: bindings, store: store)
    }

    var nodes: [Node] { state.withLock { $0 } }

    /// Ends a node's process without warning and starts it anew on what is durable.
    func restart(_ number: Int) throws {
        try end(number)
        try start(number)
    }

    /// Ends a node's process without warning.
    func end(_ number: Int) throws {
        let node = nodes[number]
        // What the network brings is not the process's own: nothing of it may still be on the way.
        try world.settle()
        network.listen(membership.node(named: node.name)?.peerAddress ?? "", nil)
        node.store.crash()
        node.runtime.shutdown()
        network.cutAll()
    }

    /// Starts a node that has ended on what is durable.
    func start(_ number: Int) throws {
        let old = nodes[number]
        let node = try Self.node(
            old.name,
            old.store.copy(),
            world,
            network,
            membership,
            limits,
            open
        )
        state.withLock { $0[number] = node }
    }

    /// The same nodes with other weights, in their order, which all nodes hear of at once.
    func change(epoch: UInt64, weights: [Double]) throws -> ClusterMembership {
        let next = try weighed(epoch: epoch, weights)
        for node in nodes { node.forwarder.keeper(.membership(next)) }
        return next
    }

    func weighed(epoch: UInt64, _ weights: [Double]) throws -> ClusterMembership {
        let members = zip(membership.nodes, weights).map {
            ClusterNode(name: $0.name, peerAddress: $0.peerAddress, weight: $1)
        }
        return try ClusterMembership(epoch: epoch, nodes: members)
    }

    /// Names of objects that go from one node to another by a change to these weights.
    func names(
        _ count: Int,
        from old: Int,
        to new: Int,
        by weights: [Double],
        _ namespace: DurableObjectNamespace<some DurableObject>
    ) throws -> [String] {
        let (before, after) = (ShardMap(membership), ShardMap(try weighed(epoch: 2, weights)))
        var (found, number): ([String], Int) = ([], 0)
        while found.count < count {
            let shard = namespace.idFromName("\(number)").shard
            if before.owner(of: shard) == nodes[old].name, after.owner(of: shard) == nodes[new].name {
                found.append("\(number)")
            }
            number += 1
        }
        return found
    }

    /// The name of an object that lives on that node.
    func name(on number: Int, _ namespace: DurableObjectNamespace<some DurableObject>) -> String {
        let map = ShardMap(membership)
        var count = 0
        while map.owner(of: namespace.idFromName("\(count)").shard) != nodes[number].name { count += 1 }
        return "\(count)"
    }
}
