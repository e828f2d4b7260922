/// The objects' rows in an ordered store: the only place that knows the layout.
package struct ObjectStore: Sendable {
    package let store: any OrderedStore
    /// What takes groups first; nil when each is written to the store at once.
    package private(set) var log: GroupLog?

    /// Opens the layout on a store, writing its format version into a new one and refusing an unknown one.
    package init(_ store: any OrderedStore) throws {
        self.store = store
        try open(reading: [RowLayout.formatVersion], writing: RowLayout.formatVersion)
    }

    /// Opens the layout on a store with a log in front of it, applying what is logged first.
    package init(
        _ store: any OrderedStore,
        loggingTo disk: any LogDisk,
        sizes: LogSizes,
        world: World,
        log: EventLog
    ) throws {
        self.store = store
        let versions = [RowLayout.formatVersion, RowLayout.loggedFormatVersion]
        try open(reading: versions, writing: RowLayout.loggedFormatVersion)
        self.log = try GroupLog(disk, objects: self, world: world, log: log, sizes: sizes)
    }

    private func open(reading versions: [UInt32], writing version: UInt32) throws {
        if let bytes = try store.read({ try $0.get(.meta, RowLayout.formatKey) }) {
            var reader = ByteReader(bytes)
            let found = try reader.read(UInt32.self)
            guard versions.contains(found) else {
                let known = versions.map(String.init).joined(separator: " and ")
                throw StorageError(.format, "The data has format \(found); this version reads \(known).")
            }
            if found == version { return }
        }
        var writer = ByteWriter()
        writer.append(version)
        try store.write { try $0.put(.meta, RowLayout.formatKey, writer.bytes) }
    }

    /// Lets go of the store; what it does not contain is in the log.
    package func close() {
        log?.close()
        store.close()
    }

    /// The number of a class by its unique key, given out durably the first time.
    package func classNumber(uniqueKey: String) throws -> ClassNumber {
        let key = RowLayout.classKey(uniqueKey)
        if let known = try store.read({ try $0.get(.meta, key) }) {
            var reader = ByteReader(known)
            return ClassNumber(try reader.read(UInt32.self))
        }
        var number = ClassNumber(0)
        try store.write { number = try classNumber(uniqueKey: uniqueKey, in: $0) }
        return number
    }

    func classNumber(uniqueKey: String, in transaction: any OrderedTransaction) throws -> ClassNumber {
        let key = RowLayout.classKey(uniqueKey)
        if let known = try transaction.get(.meta, key) {
            var reader = ByteReader(known)
            return ClassNumber(try reader.read(UInt32.self))
        }
        let number = try counter(RowLayout.nextClassKey, in: transaction).map { UInt32($0) } ?? 1
        var writer = ByteWriter()
        writer.append(number)
        try transaction.put(.meta, key, writer.bytes)
        var next = ByteWriter()
        next.append(UInt64(number) + 1)
        try transaction.put(.meta, RowLayout.nextClassKey, next.bytes)
        return ClassNumber(number)
    }

    /// The first object number that was never given out.
    package func nextObjectNumber() throws -> UInt64 {
        try store.read { try counter(RowLayout.nextObjectKey, in: $0) } ?? 1
    }

    /// The first record of the log that the store does not contain.
    func firstUnappliedRecord() throws -> UInt64 {
        try store.read { try counter(RowLayout.loggedKey, in: $0) } ?? 1
    }

    /// The object's record as the store has it; an object whose batches may be logged asks its cell.
    package func record(_ classNumber: ClassNumber, _ id: DurableObjectId) throws -> ObjectRecord? {
        try log?.settleDoubt()
        return try store.read { try $0.get(.directory, RowLayout.directoryKey(classNumber, id)) }.map(
            RowLayout.decodeRecord
        )
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
