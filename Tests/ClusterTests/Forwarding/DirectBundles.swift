import Cluster
import DurableActors
import DurableActorsTestKit
import Locks

/// Copies a shard's rows from store to store, at once and without a link.
final class DirectBundles: Sendable {
    private struct Node: Sendable {
        let forwarder: ClusterForwarder
        let store: MemoryStore
    }

    private let nodes = Mutex<[String: Node]>([:])

    func add(_ name: String, _ forwarder: ClusterForwarder, _ store: MemoryStore) {
        nodes.withLock { $0[name] = Node(forwarder: forwarder, store: store) }
    }

    func perform(_ action: KeeperAction, at giver: String) {
        guard case .sendBundle(let shard, let transfer, let taker) = action else { return }
        let nodes = nodes.withLock { $0 }
        guard let from = nodes[giver], let to = nodes[taker] else { return }
        do {
            for table in [StoreTable.directory, .rows, .alarms] { try copy(table, of: shard, from.store, to.store) }
        } catch {
            preconditionFailure("A store in memory does not fail: \(error)")
        }
        to.forwarder.handOver(from.forwarder.handover(of: shard), of: shard)
        from.forwarder.keeper(.bundleSent(shard, transfer))
        to.forwarder.keeper(.bundle(shard, transfer, from: giver))
    }

    private func copy(_ table: StoreTable, of shard: ShardIndex, _ from: MemoryStore, _ to: MemoryStore) throws {
        let rows = try from.read { snapshot in
            var rows: [([UInt8], [UInt8])] = []
            try snapshot.scan(table, from: [], to: nil, reverse: false) { key, value in
                if Self.shard(of: key, in: table) == shard { rows.append((key, value)) }
                return true
            }
            return rows
        }
        try to.write { transaction in for (key, value) in rows { try transaction.put(table, key, value) } }
    }

    private static func shard(of key: [UInt8], in table: StoreTable) -> ShardIndex {
        let place = table == .rows ? 0 : table == .alarms ? 8 : 4
        let number = UInt16(key[place]) << 8 | UInt16(key[place + 1])
        return ShardIndex(table == .directory ? number >> 4 : number)
    }
}
