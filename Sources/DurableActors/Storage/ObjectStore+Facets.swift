extension ObjectStore {
    /// Notes facets among their parent's rows, or removes them with all they keep; returns the numbers now given out.
    ///
    /// Copies are made before anything is removed, since the batch may give up what they are copies of.
    func setFacets(
        _ entries: [WriteSet.Row],
        of parent: ObjectLocator,
        in transaction: any OrderedTransaction
    ) throws -> [UInt64] {
        var given: [UInt64] = []
        for row in entries.compactMap(\.value) {
            var last = try RowLayout.decodeRecord(row).number
            if case .copy(let number) = FacetOrigin(row) {
                let target = ObjectLocator(shard: parent.shard, number: last)
                try copyRows(
                    of: ObjectLocator(shard: parent.shard, number: number),
                    to: target,
                    last: &last,
                    in: transaction
                )
            }
            given.append(last)
        }
        for entry in entries {
            let key = RowLayout.rowKey(parent, .facet, entry.key.bytes)
            if let known = try transaction.get(.rows, key).map(RowLayout.decodeRecord)?.number,
                try known != entry.value.map(RowLayout.decodeRecord)?.number
            {
                try removeRows(of: ObjectLocator(shard: parent.shard, number: known), in: transaction)
            }
            if let value = entry.value {
                try transaction.put(.rows, key, value)
            } else {
                try transaction.delete(.rows, key)
            }
        }
        return given
    }

    /// Copies the rows of a facet, and of those inside it under the numbers that follow.
    private func copyRows(
        of source: ObjectLocator,
        to target: ObjectLocator,
        last: inout UInt64,
        in transaction: any OrderedTransaction
    ) throws {
        let prefix = RowLayout.objectPrefix(target)
        var range = KeyRange.prefix(RowLayout.objectPrefix(source))
        var inner: [(source: ObjectLocator, target: ObjectLocator)] = []
        while true {
            var rows: [(key: [UInt8], value: [UInt8])] = []
            try transaction.scan(.rows, from: range.lower, to: range.upper, reverse: false) { key, value in
                rows.append((key, value))
                return rows.count < Self.rowsCopiedAtOnce
            }
            for (key, value) in rows {
                var copy = value
                if key[prefix.count] == RowKind.facet.rawValue {
                    let record = try RowLayout.decodeRecord(value)
                    last += 1
                    inner.append(
                        (
                            ObjectLocator(shard: source.shard, number: record.number),
                            ObjectLocator(shard: source.shard, number: last)
                        )
                    )
                    copy = FacetOrigin.nothing.row(record.numbered(last))
                }
                try transaction.put(.rows, prefix + key.dropFirst(prefix.count), copy)
            }
            guard rows.count == Self.rowsCopiedAtOnce, let end = rows.last else { break }
            range.lower = end.key + [0]
        }
        for facet in inner { try copyRows(of: facet.source, to: facet.target, last: &last, in: transaction) }
    }

    private static let rowsCopiedAtOnce = 256

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
