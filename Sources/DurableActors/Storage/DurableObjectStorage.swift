/// `ctx.storage`: an object's own data, transactional and durable.
///
/// Isolation: only on the object's executor; elsewhere every call throws. Ordering: no call gives up the executor, so
/// nothing of the object runs between the call and its return. Durability: everything written in one turn (up to the
/// next real suspension) becomes durable together or not at all, and whatever the object sends afterwards waits for it.
///
/// Options: `allowConcurrency` and `noCache` are accepted and change nothing. No call lets another event enter, so there
/// is nothing to allow, and reads come from memory or the map of the data file, so there is no cache to spare.
public final class DurableObjectStorage: Sendable {
    let incarnation: Incarnation

    init(incarnation: Incarnation) { self.incarnation = incarnation }

    /// The same data without `await`.
    public var kv: SyncKeyValue { SyncKeyValue(incarnation: incarnation) }

    /// The object's SQL database, which is made at its first use.
    ///
    /// Durability: with the turn's other writes, and always confirmed.
    public var sql: SqlStorage { SqlStorage(incarnation) }

    /// The value of a key, decoded anew on each call; nil when there is none.
    public func get<Value: Decodable & Sendable>(
        _ key: String,
        as type: Value.Type = Value.self,
        allowConcurrency: Bool = false,
        noCache: Bool = false
    ) async throws -> Value? {
        try kv.get(key, as: type)
    }

    /// The values of several keys: those found, in order of the keys' bytes.
    public func get<Value: Decodable & Sendable>(
        _ keys: [String],
        as type: Value.Type = Value.self,
        allowConcurrency: Bool = false,
        noCache: Bool = false
    ) async throws -> StorageEntries<Value> {
        let ordered = Set(keys).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        return StorageEntries(
            try ordered.compactMap { key in try kv.get(key, as: type).map { (key: key, value: $0) } }
        )
    }

    /// Sets the value of a key; the value is encoded now, so later changes to it have no effect.
    ///
    /// With `allowUnconfirmed` what the object sends next does not wait for this write; its failure still resets the
    /// object.
    public func put<Value: Encodable & Sendable>(
        _ key: String,
        _ value: Value,
        allowConcurrency: Bool = false,
        allowUnconfirmed: Bool = false,
        noCache: Bool = false
    ) async throws {
        try kv.put(key, value, confirmed: !allowUnconfirmed)
    }

    /// Sets several keys, all of them or, when one is refused, none.
    public func put<Value: Encodable & Sendable>(
        entries: [String: Value],
        allowConcurrency: Bool = false,
        allowUnconfirmed: Bool = false,
        noCache: Bool = false
    ) async throws {
        for (row, bytes) in try entries.map({ try SyncKeyValue.encoded($0, $1) }) {
            try incarnation.write(row, bytes, confirmed: !allowUnconfirmed)
        }
    }

    /// Removes a key; tells whether it was there.
    @discardableResult
    public func delete(
        _ key: String,
        allowConcurrency: Bool = false,
        allowUnconfirmed: Bool = false,
        noCache: Bool = false
    ) async throws -> Bool {
        try kv.delete(key, confirmed: !allowUnconfirmed)
    }

    /// Removes several keys; tells how many were there.
    @discardableResult
    public func delete(
        _ keys: [String],
        allowConcurrency: Bool = false,
        allowUnconfirmed: Bool = false,
        noCache: Bool = false
    ) async throws -> Int {
        try Set(keys).filter { try kv.delete($0, confirmed: !allowUnconfirmed) }.count
    }

    /// Entries in order of their keys.
    public func list<Value: Decodable & Sendable>(
        _ options: ListOptions = ListOptions(),
        as type: Value.Type = Value.self,
        allowConcurrency: Bool = false,
        noCache: Bool = false
    ) async throws -> StorageEntries<Value> {
        try kv.list(options, as: type)
    }

    /// Removes all entries, all facets, the SQL database with its schema and, unless `keepsAlarm`, the alarms.
    ///
    /// What is written after it in the same turn stays. The object goes on with its memory and its sockets. In an alarm's
    /// handler the running alarm is gone too, and is not tried again if the handler then throws; with `keepsAlarm` it is
    /// removed when the handler succeeds. It is always confirmed: `allowUnconfirmed` changes nothing. Throws within a
    /// transaction.
    public func deleteAll(
        keepsAlarm: Bool = false,
        allowConcurrency: Bool = false,
        allowUnconfirmed: Bool = false,
        noCache: Bool = false
    ) async throws {
        if incarnation.storage.isInTransaction { throw DurableObjectTransaction.refusesDeleteAll }
        try incarnation.clearContents()
        try incarnation.deleteFacets()
        if !keepsAlarm { try incarnation.deleteAlarms() }
        try incarnation.beginList()
    }

    /// Waits until everything written before this call is durable, confirmed or not; throws when it cannot be.
    public func sync() async throws {
        try incarnation.check()
        let cell = incarnation.cell
        let stamp = incarnation.hasWritesToSeal ? cell.lastSealed + 1 : cell.lastSealed
        try await cell.untilDurable(stamp)
        await cell.passInputGate()
    }
}
