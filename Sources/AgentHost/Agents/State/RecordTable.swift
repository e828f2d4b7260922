public import DurableActors

/// Records of one kind under text keys, kept in an object's key-value storage.
///
/// Isolation and durability are those of `ctx.storage.kv`: use it on the object's executor; what one turn writes
/// becomes durable together.
public struct RecordTable<Row: Codable & Sendable>: Sendable {
    private let prefix: String

    /// Names the table; the name is part of every stored key.
    public init(_ name: String) { prefix = name + "/" }

    /// The row of a key; nil when there is none.
    public func get(_ key: String, in storage: DurableObjectStorage) throws -> Row? {
        try storage.kv.get(prefix + key, as: Row.self)
    }

    /// Sets the row of a key.
    public func put(_ key: String, _ row: Row, in storage: DurableObjectStorage) throws {
        try storage.kv.put(prefix + key, row)
    }

    /// Removes the row of a key; tells whether it was there.
    @discardableResult
    public func delete(_ key: String, in storage: DurableObjectStorage) throws -> Bool {
        try storage.kv.delete(prefix + key)
    }

    /// All rows in the order of their keys.
    public func all(in storage: DurableObjectStorage) throws -> [(key: String, row: Row)] {
        try storage.kv.list(ListOptions(prefix: prefix), as: Row.self).map {
            (String($0.key.dropFirst(prefix.count)), $0.value)
        }
    }
}
