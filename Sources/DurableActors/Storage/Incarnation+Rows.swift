/// Rows as the object sees them: the open writes over the sealed batches over the disk.
///
/// Nothing here suspends, which is what makes storage calls safe from interleaving: a read answers from memory or from
/// the store's map, and a write goes to the open set.
extension Incarnation {
    package func read(_ key: RowKey) throws -> [UInt8]? {
        try check()
        switch storage.open.find(key) {
        case .value(let value): return value
        case .deleted: return nil
        case .untouched: break
        }
        cell.trimSealedBatches()
        for batch in cell.sealedBatches.reversed() {
            switch batch.writes.find(key) {
            case .value(let value): return value
            case .deleted: return nil
            case .untouched: continue
            }
        }
        guard let record = cell.record else { return nil }
        return try cell.host.objects.get(ObjectLocator(shard: cell.id.shard, number: record.number), key)
    }

    package func write(_ key: RowKey, _ value: [UInt8]?, confirmed: Bool) throws {
        try check()
        storage.open.set(key, value)
        if confirmed { storage.openIsConfirmed = true }
    }

    /// Removes all key-values and the database.
    package func clearContents() throws {
        try check()
        storage.open.clearContents()
        try dropDatabase()
        storage.openIsConfirmed = true
    }

    /// Visits the rows of a kind in byte order or from the end, as this object would read them now.
    package func scan(
        _ kind: RowKind,
        _ range: KeyRange,
        reverse: Bool,
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws {
        try check()
        cell.trimSealedBatches()
        var overlay: [[UInt8]: [UInt8]?] = [:]
        var hidesDisk = false
        for writes in cell.sealedBatches.map(\.writes) + [storage.open] {
            if writes.clearsContents, kind.isContents {
                overlay.removeAll()
                hidesDisk = true
            }
            for entry in writes.entries where entry.key.kind == kind && range.contains(entry.key.bytes) {
                overlay[entry.key.bytes] = .some(entry.value)
            }
        }
        let precedes: ([UInt8], [UInt8]) -> Bool = {
            reverse ? $1.lexicographicallyPrecedes($0) : $0.lexicographicallyPrecedes($1)
        }
        var pending = overlay.keys.sorted(by: precedes)[...]
        var goesOn = true
        func visitPending(before key: [UInt8]?) throws {
            while goesOn, let next = pending.first, key.map({ precedes(next, $0) }) ?? true {
                pending.removeFirst()
                if let value = overlay[next] ?? nil { goesOn = try visit(next, value) }
            }
        }
        if let record = cell.record, !hidesDisk {
            let object = ObjectLocator(shard: cell.id.shard, number: record.number)
            try cell.host.objects.scan(object, kind, range, reverse: reverse) { key, value in
                try visitPending(before: key)
                guard goesOn else { return false }
                if overlay[key] == nil { goesOn = try visit(key, value) }
                return goesOn
            }
        }
        try visitPending(before: nil)
    }
}
