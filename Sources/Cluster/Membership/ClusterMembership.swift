/// Which nodes share a cluster's objects from some epoch on.
///
/// Where each object should be follows from it alone. Two of the same epoch must not differ.
public struct ClusterMembership: Sendable, Hashable {
    /// The most nodes that a cluster can have.
    public static let maximumNodes = 64
    /// The greatest weight of a node.
    public static let maximumWeight = 1e6

    /// Grows by at least one with each change; 1 is the cluster's first, at which nodes without data found their shards.
    public let epoch: UInt64
    /// The nodes, sorted by name.
    public let nodes: [ClusterNode]

    /// Makes a membership of nodes in any order.
    ///
    /// - Throws: ``ClusterError`` that names the first thing that is wrong.
    public init(epoch: UInt64, nodes: [ClusterNode]) throws(ClusterError) {
        func check(_ isRight: Bool, _ text: @autoclosure () -> String) throws(ClusterError) {
            if !isRight { throw ClusterError(.invalid, text()) }
        }
        try check(epoch >= 1, "The epoch must be at least 1.")
        try check(!nodes.isEmpty, "A cluster has at least one node.")
        try check(
            nodes.count <= Self.maximumNodes,
            "A cluster has at most \(Self.maximumNodes) nodes, not \(nodes.count)."
        )
        var (names, addresses): (Set<String>, Set<String>) = ([], [])
        for node in nodes {
            try check(!node.name.isEmpty, "A node's name must not be empty.")
            try check(names.insert(node.name).inserted, "Two nodes are named \"\(node.name)\".")
            try check(
                PeerAddress(node.peerAddress) != nil,
                "The address of node \"\(node.name)\" must be an IPv4 address and a port, not \"\(node.peerAddress)\"."
            )
            try check(addresses.insert(node.peerAddress).inserted, "Two nodes have the address \(node.peerAddress).")
            try check(
                node.weight > 0 && node.weight <= Self.maximumWeight,
                "The weight of node \"\(node.name)\" must be above 0 and at most 1000000, not \(node.weight)."
            )
        }
        self.epoch = epoch
        self.nodes = nodes.sorted { $0.name < $1.name }
    }

    /// The node of a name, if it belongs to the cluster.
    public func node(named name: String) -> ClusterNode? { nodes.first { $0.name == name } }

    /// Says whether a membership that was read takes the place of this one: true for a higher epoch, false for the same.
    ///
    /// - Throws: ``ClusterError`` for a lower epoch, and for another content at the same epoch.
    public func isSucceeded(by next: ClusterMembership) throws(ClusterError) -> Bool {
        if next.epoch > epoch { return true }
        if next.epoch < epoch {
            throw ClusterError(.stale, "A membership of epoch \(next.epoch) was read after one of epoch \(epoch).")
        }
        if next != self { throw ClusterError(.conflict, "Two different memberships have the epoch \(epoch).") }
        return false
    }
}
