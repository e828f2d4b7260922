/// Rows as the object sees them: the open writes over the sealed batches over the logged rows over the disk.
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
        switch cell.unsettled?.find(key) ?? .untouched {
        case .value(let value): return value
        case .deleted: return nil
        case .untouched: break
        }
        guard let number = cell.number else { return nil }
        return try cell.host.objects.get(ObjectLocator(shard: cell.id.shard, number: number), key)
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
        var newer: [[UInt8]: [UInt8]?] = [:]
        var hidesLogged = false
        for writes in (cell.unsettled?.sealed ?? []).map(\.content.writes) + [storage.open] {
            if writes.clearsContents, kind.isContents {
                newer.removeAll()
                hidesLogged = true
            }
            for entry in writes.entries where entry.key.kind == kind && range.contains(entry.key.bytes) {
                newer[entry.key.bytes] = .some(entry.value)
            }
        }
        let logged = hidesLogged ? LoggedRows() : cell.unsettled?.logged ?? LoggedRows()
        var overlay = logged.overlay(kind, range, reverse: reverse, newer: newer)
        let hidesDisk = hidesLogged || logged.hidesContents && kind.isContents
        var goesOn = true
        func visitOverlay(before key: [UInt8]?) throws {
            while goesOn, let next = overlay.next, key.map({ overlay.precedes(next.key, $0) }) ?? true {
                overlay.advance()
                if let value = next.value { goesOn = try visit(next.key, value) }
            }
        }
        if let number = cell.number, !hidesDisk {
            let object = ObjectLocator(shard: cell.id.shard, number: number)
            try cell.host.objects.scan(object, kind, range, reverse: reverse) { key, value in
                try visitOverlay(before: key)
                guard goesOn else { return false }
                if overlay.next?.key != key { goesOn = try visit(key, value) }
                return goesOn
            }
        }
        try visitOverlay(before: nil)
    }
}
