/// Shards that come and go.
extension ObjectStore {
    /// How much one transaction removes: more would keep others from writing for long.
    private static let objectsRemovedAtOnce = 512
    private static let bytesRemovedAtOnce = 1 << 20

    /// Removes all rows of a shard whose objects are not in use, with their alarms and their places in the directory.
    ///
    /// In several transactions; what is only logged of the shard is brought into the store before, so that no start finds
    /// it again. Does nothing while a bundle of the shard is coming or kept, which has removed them.
    package func drop(_ shard: ShardIndex) throws { try clear(shard, under: nil) }

    /// The bundles that are coming or kept: what their receiver has called them, nil for one that is not whole.
    package func arrivedShards() throws -> [ShardIndex: [UInt8]?] {
        let range = KeyRange.prefix(RowLayout.arrivedPrefix)
        var found: [ShardIndex: [UInt8]?] = [:]
        try store.read { snapshot in
            try snapshot.scan(.meta, from: range.lower, to: range.upper, reverse: false) { key, value in
                guard let shard = RowLayout.decodeArrivedKey(key) else { return true }
                let mark = try ShardMark(value)
                found[shard] = .some(mark.head == nil ? nil : mark.tag)
                return true
            }
        }
        return found
    }

    /// Has a kept bundle of that tag count for nothing any more; what is left of it is for `dropArrived`.
    package func disown(_ shard: ShardIndex, tag: [UInt8], in transaction: any OrderedTransaction) throws {
        guard let mark = try transaction.mark(of: shard), mark.tag == tag else { return }
        let cut = ShardMark(tag: tag, receipt: mark.receipt)
        try transaction.put(.meta, RowLayout.arrivedKey(shard), cut.encoded)
    }

    /// Removes what has come of a bundle that is not whole, or is of no transfer that is known.
    package func dropArrived(_ shard: ShardIndex) throws {
        guard let mark = try store.read({ try $0.mark(of: shard) }) else { return }
        try dropArrived(shard, if: mark)
    }

    /// The same, if the mark is that.
    func dropArrived(_ shard: ShardIndex, if mark: ShardMark) throws {
        guard try store.read({ try $0.mark(of: shard) }) == mark else { return }
        try clear(shard, under: mark)
        try store.write { transaction in
            guard try transaction.mark(of: shard) == mark else { return }
            try transaction.delete(.meta, RowLayout.arrivedKey(shard))
        }
    }

    /// Makes a kept bundle the shard's rows, of which the store has no others; returns the first object number that none
    /// of them has.
    package func takeIn(_ shard: ShardIndex, tag: [UInt8], in transaction: any OrderedTransaction) throws -> UInt64 {
        guard let mark = try transaction.mark(of: shard), mark.tag == tag, let head = mark.head else {
            throw StorageError(.format, "No whole bundle of shard \(shard.value) is kept under that number.")
        }
        var numbers: [ClassNumber: ClassNumber] = [:]
        for key in head.classes {
            numbers[key.number] = try classNumber(uniqueKey: key.uniqueKey, in: transaction)
        }
        let aside = KeyRange.prefix(RowLayout.arrivedKey(shard))
        try transaction.scan(.meta, from: aside.lower, to: aside.upper, reverse: false) { key, value in
            guard key.count > aside.lower.count else { return true }
            let (theirs, id) = try RowLayout.decodeDirectoryKey(Array(key.dropFirst(aside.lower.count)))
            guard let own = numbers[theirs] else {
                throw StorageError(.format, "The bundle of shard \(shard.value) has an object of no class.")
            }
            let target = RowLayout.directoryKey(own, id)
            try transaction.put(.directory, target, value)
            let object = ObjectLocator(shard: shard, number: try RowLayout.decodeRecord(value).number)
            try visitAlarms(of: object, in: transaction) { try transaction.put(.alarms, $0, target) }
            return true
        }
        try transaction.delete(.meta, aside)
        try raiseObjectCounter(above: max(head.nextObject, 1) - 1, in: transaction)
        return head.nextObject
    }

    /// Whether there is any row of a shard, or of a bundle of it.
    package func hasAnything(of shard: ShardIndex) throws -> Bool {
        let classes = try classKeys()
        return try store.read { snapshot in
            var ranges = [(StoreTable.meta, KeyRange.prefix(RowLayout.arrivedKey(shard)))]
            ranges.append((.rows, RowLayout.rowRange(shard)))
            ranges += classes.map { (.directory, RowLayout.directoryRange($0.number, shard)) }
            for (table, range) in ranges {
                var isEmpty = true
                try snapshot.scan(table, from: range.lower, to: range.upper, reverse: false) { _, _ in
                    isEmpty = false
                    return false
                }
                if !isEmpty { return true }
            }
            return false
        }
    }

    /// Removes all of a shard but its mark, for as long as that is this one.
    func clear(_ shard: ShardIndex, under mark: ShardMark?) throws {
        try takeUpLog()
        let classes = try classKeys().map(\.number)
        var goesOn = true
        while goesOn {
            try store.write { transaction in
                guard try transaction.mark(of: shard) == mark else { return goesOn = false }
                var aside = KeyRange.prefix(RowLayout.arrivedKey(shard))
                aside.lower += [0]
                try transaction.delete(.meta, aside)
                for number in classes where try removeObjects(number, shard, in: transaction) { return }
                goesOn = try removeRows(of: shard, in: transaction)
            }
        }
    }

    /// Removes some entries of the directory with their alarms; false when there was none.
    private func removeObjects(
        _ number: ClassNumber,
        _ shard: ShardIndex,
        in transaction: any OrderedTransaction
    ) throws -> Bool {
        let range = RowLayout.directoryRange(number, shard)
        var found: [ShardBundle.Row] = []
        try transaction.scan(.directory, from: range.lower, to: range.upper, reverse: false) { key, value in
            found.append(ShardBundle.Row(key: key, value: value))
            return found.count < Self.objectsRemovedAtOnce
        }
        for entry in found {
            let object = ObjectLocator(shard: shard, number: try RowLayout.decodeRecord(entry.value).number)
            try visitAlarms(of: object, in: transaction) { try transaction.delete(.alarms, $0) }
            try transaction.delete(.directory, entry.key)
        }
        return !found.isEmpty
    }

    /// Removes some rows; false when those were the last.
    private func removeRows(of shard: ShardIndex, in transaction: any OrderedTransaction) throws -> Bool {
        var range = RowLayout.rowRange(shard)
        var bytes = 0
        var last: [UInt8]?
        try transaction.scan(.rows, from: range.lower, to: range.upper, reverse: false) { key, value in
            bytes += key.count + value.count
            last = key
            return bytes < Self.bytesRemovedAtOnce
        }
        guard let last else { return false }
        range.upper = last + [0]
        try transaction.delete(.rows, range)
        return bytes >= Self.bytesRemovedAtOnce
    }

    /// Visits the keys in the index of the alarms that an object has set.
    private func visitAlarms(
        of object: ObjectLocator,
        in snapshot: any OrderedSnapshot,
        _ visit: ([UInt8]) throws -> Void
    ) throws {
        let range = KeyRange.prefix(RowLayout.rowKey(object, .alarm, []))
        try snapshot.scan(.rows, from: range.lower, to: range.upper, reverse: false) { key, value in
            let name = Array(key.dropFirst(RowLayout.rowPrefixLength))
            try visit(RowLayout.alarmKey(due: try AlarmTime.decode(value), object, name: name))
            return true
        }
    }
}
