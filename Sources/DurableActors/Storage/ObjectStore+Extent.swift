/// How much an object keeps.
package struct ObjectExtent: Sendable, Equatable {
    package var rows = 0
    /// Keys and values, without the store's own overhead.
    package var bytes = 0
    package var alarms: [(name: String, due: Int64)] = []
    package var lastAccess: Int64?

    package static func == (left: ObjectExtent, right: ObjectExtent) -> Bool {
        left.rows == right.rows && left.bytes == right.bytes && left.lastAccess == right.lastAccess
            && left.alarms.elementsEqual(right.alarms) { $0 == $1 }
    }
}

extension ObjectStore {
    /// The row that says when an object was last used, in milliseconds since 1970; written when it leaves memory.
    package static let lastAccessKey = RowKey(.metadata, Array("lastAccess".utf8))

    /// The objects of a class that have stored something, in order of their ids, after one of them.
    ///
    /// Without those of shards that are not wanted. Brings what is logged into the store first, so it may wait for the disk.
    package func objects(
        of classNumber: ClassNumber,
        after: DurableObjectId?,
        limit: Int,
        where isWanted: (ShardIndex) -> Bool = { _ in true }
    ) throws -> [(id: DurableObjectId, record: ObjectRecord)] {
        var prefix = ByteWriter()
        prefix.append(classNumber.value)
        var range = KeyRange.prefix(prefix.bytes)
        if let after { range.lower = RowLayout.directoryKey(classNumber, after) + [0] }
        var found: [(id: DurableObjectId, record: ObjectRecord)] = []
        guard limit > 0 else { return found }
        try takeUpLog()
        try store.read { snapshot in
            try snapshot.scan(.directory, from: range.lower, to: range.upper, reverse: false) { key, value in
                let record = try RowLayout.decodeRecord(value)
                let id = DurableObjectId(bytes: Array(key.dropFirst(4)), name: record.name)
                if isWanted(id.shard) { found.append((id, record)) }
                return found.count < limit
            }
        }
        return found
    }

    /// Brings what is logged into the store, so it may wait for the disk; on return reads of the store find it.
    func takeUpLog() throws { try log?.checkpoint() }

    /// What an object keeps in the store with the facets inside it, found by passing all of its rows.
    package func extent(of object: ObjectLocator) throws -> ObjectExtent {
        var extent = ObjectExtent()
        try store.read { try add(object, to: &extent, in: $0) }
        return extent
    }

    private func add(
        _ object: ObjectLocator,
        to extent: inout ObjectExtent,
        isFacet: Bool = false,
        in snapshot: any OrderedSnapshot
    ) throws {
        func value(_ key: [UInt8]) throws -> [UInt8] { try snapshot.get(.rows, key) ?? [] }
        try snapshot.measure(.rows, KeyRange.prefix(RowLayout.objectPrefix(object))) { key, valueBytes in
            let own = key.dropFirst(RowLayout.rowPrefixLength)
            switch RowKind(rawValue: key[RowLayout.rowPrefixLength - 1]) {
            case .alarm:
                extent.alarms.append((String(decoding: own, as: UTF8.self), try AlarmTime.decode(try value(key))))
            case .metadata:
                let isLastAccess = !isFacet && Array(own) == Self.lastAccessKey.bytes
                if isLastAccess { extent.lastAccess = try AlarmTime.decode(try value(key)) }
            case .facet:
                let number = try RowLayout.decodeRecord(try value(key)).number
                let facet = ObjectLocator(shard: object.shard, number: number)
                try add(facet, to: &extent, isFacet: true, in: snapshot)
            case .keyValue, .longValue, .sqlPage, nil:
                extent.rows += 1
                extent.bytes += own.count + valueBytes
            }
        }
    }

    /// Removes all that is known of an object, its place in the directory too.
    func remove(_ batch: BatchContent, in transaction: any OrderedTransaction) throws {
        try removeRows(of: batch.locator, in: transaction)
        try transaction.delete(.directory, RowLayout.directoryKey(batch.classNumber, batch.id))
    }
}
