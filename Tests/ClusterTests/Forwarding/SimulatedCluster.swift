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
    private let membership: ClusterMembership
    private let open: @Sendable (DurableObjectRuntime) throws -> Bindings
    private let state: Mutex<[Node]>

    /// Starts the nodes `a`, `b` and so on; `open` registers the classes, the same on all.
    init(
        seed: UInt64 = 1,
        nodes count: Int = 2,
        weather: SimulatedNetwork.Weather = .init(),
        open: @escaping @Sendable (DurableObjectRuntime) throws -> Bindings
    ) throws {
        let world = SimulatedWorld(seed: seed)
        let network = SimulatedNetwork(world)
        network.weather = weather
        let names = ["a", "b", "c", "d"].prefix(count)
        let members = names.map { ClusterNode(name: $0, peerAddress: "10.0.0.1:\(Array($0.utf8)[0])") }
        let membership = try ClusterMembership(epoch: 1, nodes: members)
        (self.world, self.network, self.membership, self.open) = (world, network, membership, open)
        state = Mutex(
            try names.map { try Self.node($0, MemoryStore(), network, membership, open) }
        )
    }

    private static func node(
        _ name: String,
        _ store: MemoryStore,
        _ network: SimulatedNetwork,
        _ membership: ClusterMembership,
        _ open: (DurableObjectRuntime) throws -> Bindings
    ) throws -> Node {
        let node = try SimulatedNode(name, of: membership, on: store, over: network)
        return Node(
            name: name,
            runtime: node.runtime,
            forwarder: node.forwarder,
            bindings: try open(node.runtime),
            store: store
        )
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
        let node = try Self.node(old.name, old.store.copy(), network, membership, open)
        state.withLock { $0[number] = node }
    }

    /// The name of an object that lives on that node.
    func name(on number: Int, _ namespace: DurableObjectNamespace<some DurableObject>) -> String {
        let map = ShardMap(membership)
        var count = 0
        while map.owner(of: namespace.idFromName("\(count)").shard) != nodes[number].name { count += 1 }
        return "\(count)"
    }
}
