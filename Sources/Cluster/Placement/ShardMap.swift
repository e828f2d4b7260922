package import DurableActors

/// Which node each shard should be at: a pure function of a membership's nodes, whatever their order.
///
/// All pairs of shard and node are taken by falling score (``ShardWalk``), ties by name; a shard goes to the first pair
/// whose node still has less than 1.1 times its share, rounded up. A node's share is its weight's part of all shards. So
/// little more than what must move does, when nodes come, go or change their weight.
package struct ShardMap: Sendable, Equatable {
    /// The nodes' names, sorted.
    package let names: [String]
    private let owners: [UInt8]

    /// Makes the map of a membership; there are fewer shards only in tests.
    package init(_ membership: ClusterMembership, shards: Int = ShardIndex.count) {
        self.init(nodes: membership.nodes, shards: shards, slack: 1.1)
    }

    /// Makes the map of nodes that may have `slack` times their share.
    init(nodes: [ClusterNode], shards: Int, slack: Double) {
        let nodes = nodes.sorted { $0.name < $1.name }
        names = nodes.map(\.name)
        let room = Self.room(nodes, shards: shards, slack: slack)
        var walks = ShardMerge(nodes.map { ShardWalk(name: $0.name, weight: $0.weight, count: shards) })
        var counts = nodes.map { _ in 0 }
        var owners = [UInt8?](repeating: nil, count: shards)
        var owned = 0
        while owned < shards, let (node, shard) = walks.first {
            if owners[shard] == nil {
                owners[shard] = UInt8(node)
                owned += 1
                counts[node] += 1
            }
            walks.removeFirst(endingWalk: counts[node] >= room[node])
        }
        self.owners = owners.compactMap(\.self)
    }

    /// How many shards each node may have at most, `nodes` being in order of their names.
    static func room(_ nodes: [ClusterNode], shards: Int, slack: Double = 1.1) -> [Int] {
        let sum = nodes.reduce(0) { $0 + $1.weight }
        // Divided first: products of great weights would overflow.
        return nodes.map { max(1, Int((slack * Double(shards) * ($0.weight / sum)).rounded(.up))) }
    }

    /// The name of the node where a shard should be.
    package func owner(of shard: ShardIndex) -> String { names[Int(owners[Int(shard.value)])] }

    /// The shards that should be at a node, in order.
    package func shards(of name: String) -> [ShardIndex] {
        guard let node = names.firstIndex(of: name) else { return [] }
        return owners.indices.filter { owners[$0] == node }.map { ShardIndex(UInt16($0)) }
    }
}
