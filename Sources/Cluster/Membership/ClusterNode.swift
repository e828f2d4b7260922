/// One host of a cluster, as the membership names it.
public struct ClusterNode: Sendable, Hashable, Codable {
    /// Names the node for ever; unique within the cluster.
    public let name: String
    /// Where other nodes reach it: an IPv4 address and a port.
    public let peerAddress: String
    /// How much of the objects it should have, beside the other nodes' weights; above zero.
    public let weight: Double

    /// Makes a node.
    public init(name: String, peerAddress: String, weight: Double = 1) {
        self.name = name
        self.peerAddress = peerAddress
        self.weight = weight
    }
}
