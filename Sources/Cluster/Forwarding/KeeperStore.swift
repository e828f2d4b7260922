internal import DurableActors

/// Where a node keeps what its keeper must know after a crash: rows of its own store, durable when a call returns.
struct KeeperStore {
    private struct Node: Codable {
        var starts: UInt64
        var epoch: UInt64?
        var nodes: [ClusterNode]
    }

    private static let nodeKey = Array("cluster/node".utf8)
    private static let shardPrefix = Array("cluster/shard/".utf8)

    let store: any OrderedStore

    /// Reads all of it; empty at the first start.
    func read() throws -> KeeperRecord {
        try store.read { snapshot in
            var record = KeeperRecord()
            if let bytes = try snapshot.get(.meta, Self.nodeKey) {
                let node = try ValueCodec.decode(Node.self, from: bytes)
                record.starts = node.starts
                record.membership = try node.epoch.map { try ClusterMembership(epoch: $0, nodes: node.nodes) }
            }
            let range = KeyRange.prefix(Self.shardPrefix)
            try snapshot.scan(.meta, from: range.lower, to: range.upper, reverse: false) { key, value in
                let place = key.suffix(2).reduce(0) { $0 << 8 | UInt16($1) }
                record.shards[ShardIndex(place)] = try ValueCodec.decode(ShardState.self, from: value)
                return true
            }
            return record
        }
    }

    /// Whether there are objects.
    func hasRows() throws -> Bool {
        var found = false
        try store.read { snapshot in
            try snapshot.scan(.directory, from: [], to: nil, reverse: false) { _, _ in
                found = true
                return false
            }
        }
        return found
    }

    /// Makes a change durable.
    func write(_ change: KeeperChange) throws {
        try store.write { transaction in
            if change.starts != nil || change.membership != nil {
                var node = Node(starts: 0, epoch: nil, nodes: [])
                if let bytes = try transaction.get(.meta, Self.nodeKey) {
                    node = try ValueCodec.decode(Node.self, from: bytes)
                }
                if let starts = change.starts { node.starts = starts }
                if let membership = change.membership {
                    (node.epoch, node.nodes) = (membership.epoch, membership.nodes)
                }
                try transaction.put(.meta, Self.nodeKey, try ValueCodec.encode(node))
            }
            for (shard, state) in change.shards {
                let key = Self.shardPrefix + [UInt8(shard.value >> 8), UInt8(truncatingIfNeeded: shard.value)]
                try transaction.put(.meta, key, try ValueCodec.encode(state))
            }
        }
    }
}
