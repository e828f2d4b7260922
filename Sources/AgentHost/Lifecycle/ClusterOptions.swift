public import Cluster

/// What a process must know to be a node of a cluster.
public struct ClusterOptions: Sendable {
    /// The node's name in the membership.
    public var name: String
    /// Where the membership is read.
    public var store: any ClusterStore
    /// What all nodes know and nobody else does; it never travels.
    public var secret: [UInt8]

    /// Puts the options together.
    public init(name: String, store: any ClusterStore, secret: [UInt8]) {
        self.name = name
        self.store = store
        self.secret = secret
    }
}
