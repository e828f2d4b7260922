/// `ctx.storage.kv`: the same data as the asynchronous calls, without `await`.
///
/// Isolation: only on the object's executor; elsewhere every call throws. Durability: with the turn's other writes.
public struct SyncKeyValue: Sendable {
    /// The longest key, in UTF-8 bytes.
    public static let maximumKeyBytes = 2048
    /// The largest key and value together, in bytes.
    public static let maximumPairBytes = 2_000_000

    let incarnation: Incarnation

    /// The value of a key; nil when there is none.
    public func get<Value: Decodable & Sendable>(_ key: String, as type: Value.Type = Value.self) throws -> Value? {
        try incarnation.read(RowKey(.keyValue, try Self.checked(key))).map { try ValueCodec.decode(type, from: $0) }
    }

    /// Sets the value of a key; the value is encoded now, so later changes to it have no effect.
    public func put<Value: Encodable & Sendable>(_ key: String, _ value: Value) throws {
        try put(key, value, confirmed: true)
    }

    /// Removes a key; tells whether it was there.
    @discardableResult
    public func delete(_ key: String) throws -> Bool {
        try delete(key, confirmed: true)
    }

    /// Entries in order of their keys.
    public func list<Value: Decodable & Sendable>(
        _ options: ListOptions = ListOptions(),
        as type: Value.Type = Value.self
    ) throws -> StorageEntries<Value> {
        let range = try options.range()
        try incarnation.beginList()
        guard !range.isEmpty else { return StorageEntries([]) }
        var entries: [StorageEntries<Value>.Element] = []
        try incarnation.scan(.keyValue, range, reverse: options.reverse) { key, value in
            entries.append((String(decoding: key, as: UTF8.self), try ValueCodec.decode(type, from: value)))
            return entries.count < options.limit ?? .max
        }
        return StorageEntries(entries)
    }

    /// Entries in order of their keys, read one at a time; the newest list of the object ends older cursors.
    public func cursor<Value: Decodable & Sendable>(
        _ options: ListOptions = ListOptions(),
        as type: Value.Type = Value.self
    ) throws -> KeyValueCursor<Value> {
        try KeyValueCursor(incarnation: incarnation, options: options)
    }

    func put<Value: Encodable>(_ key: String, _ value: Value, confirmed: Bool) throws {
        let (row, bytes) = try Self.encoded(key, value)
        try incarnation.write(row, bytes, confirmed: confirmed)
    }

    func delete(_ key: String, confirmed: Bool) throws -> Bool {
        let row = RowKey(.keyValue, try Self.checked(key))
        guard try incarnation.read(row) != nil else { return false }
        try incarnation.write(row, nil, confirmed: confirmed)
        return true
    }

    /// Checks key and value against the limits and encodes the value.
    static func encoded(_ key: String, _ value: some Encodable) throws -> (RowKey, [UInt8]) {
        let keyBytes = try checked(key)
        let bytes = try ValueCodec.clone(value)
        guard keyBytes.count + bytes.count <= maximumPairBytes else {
            throw DurableObjectError(.invalidArgument, "string or blob too big: SQLITE_TOOBIG")
        }
        return (RowKey(.keyValue, keyBytes), bytes)
    }

    static func checked(_ key: String) throws(DurableObjectError) -> [UInt8] {
        let bytes = Array(key.utf8)
        guard bytes.count <= maximumKeyBytes else {
            throw DurableObjectError(
                .invalidArgument,
                "Keys cannot be larger than 2048 bytes. A key of size \(bytes.count) was provided.",
                name: "RangeError"
            )
        }
        return bytes
    }
}
