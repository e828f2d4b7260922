public import Cluster

/// What a process must know to be a node of a cluster.
public struct ClusterOptions: Sendable {
    /// The node's name in the membership.
    public var name: String
    /// Where the membership is read.
    public var store: any ClusterStore
    /// What all nodes know and nobody else does; it never travels.
    public var secret: [UInt8]
    /// Ways in which it is wrong on purpose, for tests of checkers.
    package var faults: KeeperFaults = []

    /// Puts the options together.
    public init(name: String, store: any ClusterStore, secret: [UInt8]) {
        self.name = name
        self.store = store
        self.secret = secret
    }

    /// Takes `--cluster FILE --node NAME --secret FILE` out of a command line; nil where none of them is there.
    ///
    /// Throws `ClusterError` where one of them or its value is missing, and where the secret cannot be read.
    public init?(takenFrom arguments: inout [String]) throws {
        let file = try Self.value(of: "--cluster", &arguments)
        let name = try Self.value(of: "--node", &arguments)
        let secret = try Self.value(of: "--secret", &arguments)
        if file == nil, name == nil, secret == nil { return nil }
        guard let file, let name, let secret else {
            throw ClusterError(.invalid, "--cluster, --node and --secret belong together.")
        }
        self.init(name: name, store: FileClusterStore(path: file), secret: try SecretFile(path: secret).read())
    }

    private static func value(of option: String, _ arguments: inout [String]) throws(ClusterError) -> String? {
        guard let place = arguments.firstIndex(of: option) else { return nil }
        guard place + 1 < arguments.count else { throw ClusterError(.invalid, "\(option) wants a value.") }
        defer { arguments.removeSubrange(place...place + 1) }
        return arguments[place + 1]
    }
}
