import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// Nodes with clerks, and one clerk on each.
struct HandlesBetweenNodes {
    typealias Clerks = DurableObjectNamespace<Clerk>

    static let lost = DurableObjectError(.disconnected, "Network connection lost.", retryable: true)
    static let disposed = DurableObjectError(.invalidArgument, "RPC stub used after being disposed.")

    let notes = Recorder<String>()
    let cluster: SimulatedCluster<Clerks>
    var world: SimulatedWorld { cluster.world }

    init(
        seed: UInt64 = 1,
        nodes: Int = 2,
        weather: SimulatedNetwork.Weather = .init(),
        settings: ClusterSettings = .init()
    ) throws {
        let notes = notes
        cluster = try SimulatedCluster(seed: seed, nodes: nodes, weather: weather, options: .init(settings: settings)) {
            runtime in
            let clerks = try runtime.register(Clerk.self, binding: "CLERK", uniqueKey: "clerk")
            try runtime.start(environment: notes)
            return clerks
        }
        try world.settle()
    }

    /// A stub on the first node of an object on that node.
    func clerk(_ node: Int, from origin: Int = 0) -> Clerk {
        let clerks = cluster.nodes[origin].bindings
        return clerks.getByName(cluster.name(on: node, clerks))
    }

    /// How many handles each node has handed over or not taken up.
    var handles: [Int] { cluster.nodes.map(\.forwarder.handleCount) }

    func failure<Failure: Error>(
        as type: Failure.Type = DurableObjectError.self,
        _ body: @escaping @Sendable () async throws -> Void
    ) throws -> Failure? {
        let task = world.start(body)
        try world.advance(by: .seconds(20))
        return task.failure(as: type)
    }

    /// An error of the runtime as it comes from an object.
    func remote(_ error: DurableObjectError, from stub: Clerk? = nil) -> DurableObjectError {
        var error = error
        error.remote = true
        error.durableObjectId = stub?.id.objectId.description
        return error
    }
}
