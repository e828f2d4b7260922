import Cluster
import DurableActors

/// An object's rows: the calls that wrote to it, in order, and the alarms that it waits for.
struct SweptRows: Equatable {
    var calls: [UInt64] = []
    var alarms: Set<UInt64> = []
}

/// What survives a crash of a node; writes become durable one after the other, each whole.
struct SweptDisk {
    typealias Rows = [Int: SweptRows]

    enum Write {
        /// A keeper's change, and the bundle that it keeps.
        case change(KeeperChange, ticket: UInt64, bundle: Rows?)
        case edit(Edit, event: Int, ShardIndex, object: Int)

        func isOf(_ shard: ShardIndex) -> Bool {
            if case .edit(_, _, shard, _) = self { true } else { false }
        }
    }

    enum Edit {
        case call(UInt64, setsAlarm: Bool)
        case alarm(UInt64)
    }

    var record = KeeperRecord()
    var rows: [ShardIndex: Rows] = [:]
    var bundles: [ShardIndex: (transfer: ShardTransfer, rows: Rows)] = [:]

    func isOwner(of shard: ShardIndex) -> Bool {
        if case .owned = record.shards[shard] { true } else { false }
    }

    /// - Returns: What is impossible in what was asked for.
    mutating func commit(_ write: Write) -> String? {
        switch write {
        case .edit(.call(let call, let setsAlarm), _, let shard, let object):
            rows[shard, default: [:]][object, default: SweptRows()].calls.append(call)
            if setsAlarm { rows[shard]?[object]?.alarms.insert(call) }
            return isOwner(of: shard) ? nil : "a write to a shard that is not owned"
        case .edit(.alarm(let alarm), _, let shard, let object):
            rows[shard]?[object]?.alarms.remove(alarm)
            return isOwner(of: shard) ? nil : "an alarm's end in a shard that is not owned"
        case .change(let change, _, let bundle):
            record.apply(change)
            guard let shard = change.shards.keys.first else { return nil }
            for effect in change.rows {
                switch effect {
                case .keepBundle(let transfer):
                    guard let bundle else { return "a bundle is kept that has not come" }
                    bundles[shard] = (transfer, bundle)
                case .importBundle(let transfer):
                    guard let kept = bundles.removeValue(forKey: shard), kept.transfer == transfer else {
                        return "another bundle is imported than was kept"
                    }
                    rows[shard] = kept.rows
                case .dropBundle: bundles[shard] = nil
                case .dropRows: rows[shard] = nil
                }
            }
            return nil
        }
    }
}
