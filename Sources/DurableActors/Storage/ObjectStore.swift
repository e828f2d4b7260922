/// The objects' rows in an ordered store: the only place that knows the layout.
package struct ObjectStore: Sendable {
    package let store: any OrderedStore

    /// Opens the layout on a store, writing its format version into a new one and refusing an unknown one.
    package init(_ store: any OrderedStore) throws {
        self.store = store
        let found = try store.read { try $0.get(.meta, RowLayout.formatKey) }
        if let found {
            var reader = ByteReader(found)
            let version = try reader.read(UInt32.self)
            guard version == RowLayout.formatVersion else {
                throw StorageError(
                    .format,
                    "The data has format \(version); this version reads \(RowLayout.formatVersion)."
                )
            }
        } else {
            var writer = ByteWriter()
            writer.append(RowLayout.formatVersion)
            try store.write { try $0.put(.meta, RowLayout.formatKey, writer.bytes) }
        }
    }

    /// The number of a class by its unique key, given out durably the first time.
    package func classNumber(uniqueKey: String) throws -> ClassNumber {
        let key = RowLayout.classKey(uniqueKey)
        if let known = try store.read({ try $0.get(.meta, key) }) {
            var reader = ByteReader(known)
            return ClassNumber(try reader.read(UInt32.self))
        }
        var number: UInt32 = 0
        try store.write { transaction in
            number = try counter(RowLayout.nextClassKey, in: transaction).map { UInt32($0) } ?? 1
            var writer = ByteWriter()
            writer.append(number)
            try transaction.put(.meta, key, writer.bytes)
            var next = ByteWriter()
            next.append(UInt64(number) + 1)
            try transaction.put(.meta, RowLayout.nextClassKey, next.bytes)
        }
        return ClassNumber(number)
    }

    /// The first object number that was never given out.
    package func nextObjectNumber() throws -> UInt64 {
        try store.read { try counter(RowLayout.nextObjectKey, in: $0) } ?? 1
    }

    package func record(_ classNumber: ClassNumber, _ id: DurableObjectId) throws -> ObjectRecord? {
        try store.read { try $0.get(.directory, RowLayout.directoryKey(classNumber, id)) }.map(RowLayout.decodeRecord)
    }

    package func get(_ object: ObjectLocator, _ key: RowKey) throws -> [UInt8]? {
        try store.read { snapshot in
            if key.kind == .keyValue, LongKeys.isLong(key.bytes) {
                return try LongKeys(object: object).get(key.bytes, in: snapshot)
            }
            return try snapshot.get(.rows, RowLayout.rowKey(object, key.kind, key.bytes))
        }
    }

    /// Visits an object's rows of one kind with keys in `range`, in byte order or from the end.
    package func scan(
        _ object: ObjectLocator,
        _ kind: RowKind,
        _ range: KeyRange,
        reverse: Bool,
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws {
        let limit = LongKeys.inlineLimit
        let lower = RowLayout.rowKey(object, kind, range.lower.prefix(limit))
        let upper = range.upper.map { upper in
            RowLayout.rowKey(object, kind, upper.count > limit ? upper.prefix(limit) + [1] : upper[...])
        }
        let end = upper ?? KeyRange.prefix(RowLayout.rowKey(object, kind, [])).upper
        try store.read { snapshot in
            try snapshot.scan(.rows, from: lower, to: end, reverse: reverse) { rowKey, value in
                let key = rowKey.dropFirst(RowLayout.rowPrefixLength)
                guard kind == .keyValue, LongKeys.isTailsRow(key) else {
                    return try range.contains(Array(key)) ? visit(Array(key), value) : true
                }
                let long = try LongKeys(object: object).expand(key, value)
                for (key, valueKey) in reverse ? long.reversed() : long where range.contains(key) {
                    guard let value = try snapshot.get(.rows, valueKey) else {
                        throw StorageError(.format, "A long key has no value.")
                    }
                    if try !visit(key, value) { return false }
                }
                return true
            }
        }
    }

    private func counter(_ key: [UInt8], in snapshot: any OrderedSnapshot) throws -> UInt64? {
        guard let bytes = try snapshot.get(.meta, key) else { return nil }
        var reader = ByteReader(bytes)
        return try reader.read(UInt64.self)
    }
}
