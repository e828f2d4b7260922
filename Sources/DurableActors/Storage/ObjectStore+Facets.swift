extension ObjectStore {
    /// Notes a facet among its parent's rows, or removes it with all it keeps; returns the number that is now given out.
    func setFacet(
        _ entry: WriteSet.Entries.Row,
        of parent: ObjectLocator,
        in transaction: any OrderedTransaction
    ) throws -> UInt64? {
        let key = RowLayout.rowKey(parent, .facet, entry.key.bytes)
        if let value = entry.value {
            try transaction.put(.rows, key, value)
            return try RowLayout.decodeRecord(value).number
        }
        if let known = try transaction.get(.rows, key) {
            let number = try RowLayout.decodeRecord(known).number
            try removeRows(of: ObjectLocator(shard: parent.shard, number: number), in: transaction)
        }
        try transaction.delete(.rows, key)
        return nil
    }

    /// Removes the rows of an object and of every facet inside it.
    func removeRows(of object: ObjectLocator, in transaction: any OrderedTransaction) throws {
        func visit(_ kind: RowKind, _ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Void) throws {
            let range = KeyRange.prefix(RowLayout.rowKey(object, kind, []))
            try transaction.scan(.rows, from: range.lower, to: range.upper, reverse: false) { key, value in
                try body(Array(key.dropFirst(RowLayout.rowPrefixLength)), value)
                return true
            }
        }
        var facets: [ObjectLocator] = []
        try visit(.alarm) { name, value in
            let due = try AlarmTime.decode(value)
            try transaction.delete(.alarms, RowLayout.alarmKey(due: due, object, name: name))
        }
        try visit(.facet) { _, value in
            facets.append(ObjectLocator(shard: object.shard, number: try RowLayout.decodeRecord(value).number))
        }
        try transaction.delete(.rows, KeyRange.prefix(RowLayout.objectPrefix(object)))
        for facet in facets { try removeRows(of: facet, in: transaction) }
    }
}
