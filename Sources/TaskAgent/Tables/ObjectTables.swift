internal import DurableActors

/// The tables of an object, made when it has something to keep: to ask about what never was leaves nothing on disk.
struct ObjectTables: Sendable {
    /// The tables of a class of objects.
    struct Schema: Sendable {
        let version: Int
        let statements: String
        /// Takes out what was kept as key-values before there were tables, and gives the statements that keep it now.
        let adopt: @Sendable (DurableObjectStorage) throws -> [SqlQuery]
    }

    private let schema: Schema
    private var areMade = false

    init(_ schema: Schema) { self.schema = schema }

    /// The database; nil while the object has nothing.
    mutating func found(in storage: DurableObjectStorage) throws -> SqlStorage? {
        try prepare(storage, making: false)
        return areMade ? storage.sql : nil
    }

    /// The database with its tables.
    mutating func made(in storage: DurableObjectStorage) throws -> SqlStorage {
        try prepare(storage, making: true)
        return storage.sql
    }

    private mutating func prepare(_ storage: DurableObjectStorage, making: Bool) throws {
        guard !areMade else { return }
        if try storage.sql("SELECT name FROM sqlite_master WHERE name = 'schema_version'").isEmpty {
            // All or nothing also where the event goes on after a throw.
            areMade = try storage.transactionSync { try make(storage, evenEmpty: making) }
        } else {
            let version = try storage.sql.exec("SELECT version FROM schema_version").one(as: Int.self)
            guard version == schema.version else {
                throw TaskAgentError(status: 500, description: "Tables of version \(version) are not known")
            }
            areMade = true
        }
    }

    private func make(_ storage: DurableObjectStorage, evenEmpty: Bool) throws -> Bool {
        let kept = try schema.adopt(storage)
        guard evenEmpty || !kept.isEmpty else { return false }
        let sql = storage.sql
        try sql.exec(schema.statements)
        try sql("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        try sql("INSERT INTO schema_version (version) VALUES (\(schema.version))")
        for statement in kept { try sql(statement) }
        return true
    }
}

extension DurableObjectStorage {
    /// Takes out the values whose keys begin with a prefix, with what follows it in their keys, in order.
    func takeKept<Row: Codable & Sendable>(_ prefix: String, as type: Row.Type) throws -> [(key: String, row: Row)] {
        try kv.list(ListOptions(prefix: prefix), as: type).map { key, row in
            try kv.delete(key)
            return (String(key.dropFirst(prefix.count)), row)
        }
    }
}
