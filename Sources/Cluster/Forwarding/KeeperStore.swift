package import DurableActors

/// Where a node keeps what its keeper must know after a crash, and the bundles that it was given: rows of its own store,
/// durable when a call returns.
package struct KeeperStore {
    private struct Node: Codable {
        var starts: UInt64
        var epoch: UInt64?
        var nodes: [ClusterNode]
    }

    private static let nodeKey = Array("cluster/node".utf8)
    private static let shardPrefix = Array("cluster/shard/".utf8)

    let objects: ObjectStore

    package init(objects: ObjectStore) { self.objects = objects }

    /// Reads all of it; empty at the first start.
    package func read() throws -> KeeperRecord {
        try objects.store.read { snapshot in
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
        try objects.store.read { snapshot in
            try snapshot.scan(.directory, from: [], to: nil, reverse: false) { _, _ in
                found = true
                return false
            }
        }
        return found
    }

    /// Drops what has come of bundles and belongs to no transfer of the record; to be called at a start.
    func dropLeftovers(of record: KeeperRecord) throws {
        for (shard, tag) in try objects.arrivedShards() {
            if case .staged(let transfer, _) = record.shards[shard], tag == transfer.tag { continue }
            try objects.dropArrived(shard)
        }
    }

    /// Makes changes durable in their order, all or none; returns, for shards whose bundles were taken in, the first object
    /// number that none of them has.
    ///
    /// `arrivals` are the bundles to be kept. What is dropped goes before the commit, in pieces, for nobody looks at the rows
    /// of a shard that was given away. So does what a new bundle replaces: one of a later transfer shows that the one
    /// kept, or given and not known to be taken, is over.
    func write(_ changes: [KeeperChange], _ arrivals: [ShardIndex: BundleReceiver]) throws -> [ShardIndex: UInt64] {
        for change in changes {
            for shard in change.shards.keys where !change.rows.isEmpty {
                if let arrival = arrivals[shard] {
                    try arrival.prepare(in: objects)
                } else if change.rows.contains(.dropRows) {
                    try objects.drop(shard)
                }
            }
        }
        var taken: [ShardIndex: UInt64] = [:]
        try objects.store.write { transaction in
            for change in changes {
                try write(change, in: transaction)
                guard let shard = change.shards.keys.first else { continue }
                for effect in change.rows {
                    switch effect {
                    case .keepBundle: try arrivals[shard]?.keep(in: transaction)
                    case .importBundle(let transfer):
                        taken[shard] = try objects.takeIn(shard, tag: transfer.tag, in: transaction)
                    case .dropBundle(let transfer): try objects.disown(shard, tag: transfer.tag, in: transaction)
                    case .dropRows: break
                    }
                }
            }
        }
        return taken
    }

    private func write(_ change: KeeperChange, in transaction: any OrderedTransaction) throws {
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

extension ShardTransfer {
    /// How a store names the bundle of the transfer.
    var tag: [UInt8] {
        var writer = ByteWriter()
        for part in [term, start, number] { writer.append(part) }
        return writer.bytes
    }
}
