/// Rows as the object sees them: the open writes over the sealed batches over the logged rows over the disk.
///
/// Nothing here suspends, which is what makes storage calls safe from interleaving: a read answers from memory or from
/// the store's map, and a write goes to the open set.
extension Incarnation {
    package func read(_ key: RowKey) throws -> [UInt8]? {
        try check()
        try writeLate()
        switch storage.open.find(key) {
        case .value(let value): return value
        case .deleted: return nil
        case .untouched: break
        }
        cell.trimSealedBatches()
        for batch in cell.sealedBatches.reversed() {
            switch batch.content.find(key) {
            case .value(let value): return value
            case .deleted: return nil
            case .untouched: continue
            }
        }
        switch cell.loggedRows.find(key) {
        case .value(let value): return value
        case .deleted: return nil
        case .untouched: break
        }
        guard let number = cell.number else { return nil }
        return try cell.host.objects.get(ObjectLocator(shard: cell.id.shard, number: number), key)
    }

    /// Writes a row, or removes it.
    ///
    /// A lazy write asks for no commit: it is sealed with the object's next batch, when something waits for it, or within
    /// some milliseconds.
    package func write(
        _ key: consuming RowKey,
        _ value: consuming [UInt8]?,
        confirmed: Bool,
        isLazy: Bool = false
    ) throws {
        try check()
        storage.open.set(key, value)
        if confirmed { storage.openIsConfirmed = true }
        if !isLazy { storage.openIsUrgent = true }
    }

    /// Sets aside memory for so many rows of a batch that is about to be written.
    package func expectWrites(_ rows: Int) { storage.open.reserve(rows) }

    /// Has a writer write into the open batch, at once or just before it is sealed or a row is read.
    ///
    /// To the object's events it is as if it had written now: what leaves waits for it, and a crash leaves all of the batch
    /// or nothing. All of a batch are one writer's.
    package func write(lateBy writer: any LateWriter, confirmed: Bool, isLazy: Bool) throws {
        try check()
        if lateWriter == nil { lateWriter = writer }
        if confirmed { storage.openIsConfirmed = true }
        if !isLazy { storage.openIsUrgent = true }
    }

    /// Has what was put off written.
    func writeLate() throws {
        guard let writer = lateWriter.take() else { return }
        try writer.writeLate(in: self)
    }

    /// Removes all key-values and the database.
    package func clearContents() throws {
        try check()
        try writeLate()
        storage.open.clearContents()
        try dropDatabase()
        storage.openIsConfirmed = true
        storage.openIsUrgent = true
    }

    /// Visits the rows of a kind in byte order or from the end, as this object would read them now.
    package func scan(
        _ kind: RowKind,
        _ range: KeyRange,
        reverse: Bool,
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws {
        try check()
        try writeLate()
        cell.trimSealedBatches()
        var newer = WriteSet()
        for batch in cell.sealedBatches { newer.absorb(batch.content.writes) }
        newer.absorb(storage.open)
        let hidesLogged = newer.clearsContents && kind.isContents
        let logged = hidesLogged ? (writes: [], hidesStore: true) : cell.loggedRows.writes(to: kind)
        var overlay = RowOverlay([newer] + logged.writes, kind, range, reverse: reverse)
        var goesOn = true
        func visitOverlay(before key: [UInt8]?) throws {
            while goesOn, let next = overlay.next, key.map({ overlay.precedes(next.key.bytes, $0) }) ?? true {
                overlay.advance()
                if let value = next.value { goesOn = try visit(next.key.bytes, value) }
            }
        }
        if let number = cell.number, !logged.hidesStore {
            let object = ObjectLocator(shard: cell.id.shard, number: number)
            try cell.host.objects.scan(object, kind, range, reverse: reverse) { key, value in
                try visitOverlay(before: key)
                guard goesOn else { return false }
                if overlay.next?.key.bytes != key { goesOn = try visit(key, value) }
                return goesOn
            }
        }
        try visitOverlay(before: nil)
    }
}

/// Whoever changes rows several times in a batch and writes them once; see `Incarnation.write(lateBy:confirmed:isLazy:)`.
package protocol LateWriter: AnyObject, Sendable {
    /// Writes what there is to write; on the cell.
    func writeLate(in incarnation: Incarnation) throws
}
