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
        /// Whether its process runs.
        var isUp = true
    }

    /// What can be chosen of all nodes.
    struct Options: Sendable {
        /// Whether each store has a log in front of it.
        var isLogged = false
        var settings = ClusterSettings()
        var limits = HostLimits()
    }

    private struct State {
        var membership: ClusterMembership
        var nodes: [Node] = []
        var log: [String] = []
    }

    let world: SimulatedWorld
    let network: SimulatedNetwork
    private let options: Options
    private let source: MemoryClusterStore
    private let open: @Sendable (DurableObjectRuntime) throws -> Bindings
    private let state: Mutex<State>

    /// Starts the nodes `a`, `b` and so on; `open` registers the classes, the same on all.
    init(
        seed: UInt64 = 1,
        nodes count: Int = 2,
        weather: SimulatedNetwork.Weather = .init(),
        options: Options = Options(),
        open: @escaping @Sendable (DurableObjectRuntime) throws -> Bindings
    ) throws {
        world = SimulatedWorld(seed: seed)
        network = SimulatedNetwork(world)
        network.weather = weather
        (self.options, self.open) = (options, open)
        let first = try Self.membership(1, ["a", "b", "c", "d"].prefix(count).map { ($0, 1) })
        source = MemoryClusterStore(first)
        state = Mutex(State(membership: first))
        for node in first.nodes { try start(node.name, on: MemoryStore(isLogged: options.isLogged)) }
    }

    static func membership(_ epoch: UInt64, _ nodes: [(name: String, weight: Double)]) throws -> ClusterMembership {
        try ClusterMembership(
            epoch: epoch,
            nodes: nodes.map { ClusterNode(name: $0.name, peerAddress: address($0.name), weight: $0.weight) }
        )
    }

    private static func address(_ name: String) -> String { "10.0.0.1:\(Array(name.utf8)[0])" }

    private func start(_ name: String, on store: MemoryStore) throws {
        let log = EventLog { [weak self] text in self?.state.withLock { $0.log.append("\(name): \(text)") } }
        let node = try SimulatedNode(
            name,
            of: membership,
            rereading: source,
            on: store,
            over: network,
            limits: options.limits,
            log: log,
            settings: options.settings
        )
        let opened = Node(
            name: name,
            runtime: node.runtime,
            forwarder: node.forwarder,
            bindings: try open(node.runtime),
            store: store
        )
        state.withLock { state in
            state.nodes.removeAll { $0.name == name }
            state.nodes.append(opened)
            state.nodes.sort { $0.name < $1.name }
        }
    }

    var nodes: [Node] { state.withLock { $0.nodes } }

    /// What the nodes have logged.
    var log: [String] { state.withLock { $0.log } }

    var membership: ClusterMembership { state.withLock { $0.membership } }

    /// Gives the cluster other members, has the nodes told, and starts those that are new.
    func become(_ members: [(name: String, weight: Double)]) throws {
        let next = try Self.membership(membership.epoch + 1, members)
        state.withLock { $0.membership = next }
        source.replace(by: next)
        for node in nodes where node.isUp { node.forwarder.reread() }
        let known = Set(nodes.map(\.name))
        for node in next.nodes where !known.contains(node.name) {
            try start(node.name, on: MemoryStore(isLogged: options.isLogged))
        }
    }

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
        network.listen(Self.address(node.name), nil)
        node.store.crash()
        node.runtime.shutdown()
        network.cutAll()
        state.withLock { $0.nodes[number].isUp = false }
    }

    /// Starts a node that has ended on what is durable.
    func start(_ number: Int) throws {
        let old = nodes[number]
        try start(old.name, on: old.store.copy())
    }

    /// The same nodes with other weights, in their order, which all nodes hear of at once.
    @discardableResult
    func change(weights: [Double]) throws -> ClusterMembership {
        let next = try weighed(weights)
        state.withLock { $0.membership = next }
        source.replace(by: next)
        for node in nodes { node.forwarder.keeper(.membership(next)) }
        return next
    }

    /// The next membership, of the same nodes.
    func weighed(_ weights: [Double]) throws -> ClusterMembership {
        let known = membership
        return try Self.membership(known.epoch + 1, zip(known.nodes, weights).map { ($0.name, $1) })
    }

    /// Names of objects that go from one node to another by a change to these weights.
    func names(
        _ count: Int,
        from old: Int,
        to new: Int,
        by weights: [Double],
        _ namespace: DurableObjectNamespace<some DurableObject>
    ) throws -> [String] {
        let (before, after) = (ShardMap(membership), ShardMap(try weighed(weights)))
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
