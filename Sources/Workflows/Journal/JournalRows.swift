internal import DurableActors

extension Incarnation {
    func write(_ key: [UInt8], _ row: RowWriter, isLazy: Bool) throws {
        try write(RowKey(.keyValue, key), row.bytes, confirmed: true, isLazy: isLazy)
    }
}

/// The rows of an instance's object.
///
/// Most are key-values like those of any object; what each step writes is compact.
struct JournalRows {
    let ctx: DurableObjectState
    /// Whether what is written here asks for no commit of its own.
    let isLazy: Bool

    private var incarnation: Incarnation { ctx.incarnation }

    func get<Row: Codable & Sendable>(_ key: String, as type: Row.Type = Row.self) throws -> Row? {
        try ctx.storage.kv.get(key)
    }

    func put(_ key: String, _ row: some Codable & Sendable) throws { try ctx.storage.kv.put(key, row) }

    func delete(_ key: String) throws {
        let bytes = Array(key.utf8)
        if try incarnation.read(RowKey(.keyValue, bytes)) != nil { try remove(bytes) }
    }

    func list<Row: Codable & Sendable>(
        _ options: ListOptions,
        as type: Row.Type = Row.self
    ) throws -> StorageEntries<Row> {
        try ctx.storage.kv.list(options)
    }

    // MARK: Compact rows

    func read<Row: CompactRow>(_ key: [UInt8], as type: Row.Type = Row.self) throws -> Row? {
        try incarnation.read(RowKey(.keyValue, key)).map { bytes in
            var reader = try RowReader(bytes)
            return try Row(from: &reader)
        }
    }

    func write(_ key: [UInt8], _ row: some CompactRow) throws {
        try incarnation.write(key, RowWriter(row), isLazy: isLazy)
    }

    /// Visits rows whose keys begin so, in order, until told to stop; without what the key begins with.
    func scan<Row: CompactRow>(
        _ prefix: String,
        as type: Row.Type,
        from start: [UInt8] = [],
        _ visit: (_ key: ArraySlice<UInt8>, _ row: Row) throws -> Bool
    ) throws {
        let prefix = Array(prefix.utf8)
        let range = KeyRange.prefix(prefix).intersection(KeyRange(lower: start))
        try incarnation.scan(.keyValue, range, reverse: false) { key, bytes in
            var reader = try RowReader(bytes)
            return try visit(key.dropFirst(prefix.count), try Row(from: &reader))
        }
    }

    /// The last key that begins so and is before another.
    func lastKey(_ prefix: String, before end: [UInt8]) throws -> [UInt8]? {
        var last: [UInt8]?
        let range = KeyRange.prefix(Array(prefix.utf8)).intersection(KeyRange(upper: end))
        guard !range.isEmpty else { return nil }
        try incarnation.scan(.keyValue, range, reverse: true) { key, _ in
            last = key
            return false
        }
        return last
    }

    /// Removes all rows whose keys begin so.
    func clear(_ prefix: String) throws {
        var found: [[UInt8]] = []
        try incarnation.scan(.keyValue, KeyRange.prefix(Array(prefix.utf8)), reverse: false) { key, _ in
            found.append(key)
            return true
        }
        for key in found { try remove(key) }
    }

    func remove(_ key: [UInt8]) throws {
        try incarnation.write(RowKey(.keyValue, key), nil, confirmed: true, isLazy: isLazy)
    }
}
