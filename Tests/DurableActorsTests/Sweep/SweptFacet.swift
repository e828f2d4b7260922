import Distributed
import DurableActors
import DurableActorsTestKit

/// An object inside a swept object: each value is a value and a row of SQL, written in one turn.
distributed actor SweptFacet: DurableObject {
    let ctx: DurableObjectState
    let env: SweptEnvironment
    /// The stored version as this life knows it; only another life could change it behind its back.
    private var version: Int?

    init(ctx: DurableObjectState, env: SweptEnvironment) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    private func write(_ key: String, _ value: Int) throws {
        let stored = try ctx.storage.kv.get("version", as: Int.self) ?? 0
        if let version, version != stored { env.violations.add("two lives of a facet write") }
        version = stored + 1
        try ctx.storage.kv.put("version", stored + 1)
        try ctx.storage.kv.put("/" + key, value)
        try SweptRows(ctx.storage).put(key, value)
    }

    distributed func put(_ key: String, _ value: Int) async throws { try write(key, value) }

    /// Puts when some time has passed, whatever has become of the facet meanwhile.
    distributed func putLate(_ key: String, _ value: Int) async throws {
        // What ends the life ends the wait too; the write is tried all the same.
        try? await ctx.sleep(milliseconds: 2)
        try write(key, value)
    }

    distributed func list() async throws -> [String: Int] {
        let values = try ctx.storage.kv.list(ListOptions(prefix: "/"), as: Int.self)
        let rows = try SweptRows(ctx.storage).all()
        let found = Dictionary(uniqueKeysWithValues: values.map { (String($0.key.dropFirst()), $0.value) })
        if found != rows { env.violations.add("a facet's values \(found) and rows \(rows) differ") }
        return rows
    }
}

/// A table of numbers in an object's database.
struct SweptRows {
    private let sql: SqlStorage

    init(_ storage: DurableObjectStorage) { sql = storage.sql }

    func put(_ key: String, _ value: Int) throws {
        try sql.exec(
            """
            CREATE TABLE IF NOT EXISTS number(key TEXT PRIMARY KEY, value INTEGER);
            INSERT INTO number VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value
            """,
            key,
            value
        )
    }

    /// All rows whose keys begin so.
    func all(_ prefix: String = "") throws -> [String: Int] {
        guard try sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'number'").next() != nil else { return [:] }
        let rows = try sql.exec("SELECT key, value FROM number").raw().toArray()
        return try Dictionary(
            uniqueKeysWithValues: rows.map { row in
                guard case .text(let key) = row[0], let value = row[1].integer else {
                    throw ShapeError(text: "A row is none that was put.")
                }
                return (key, Int(value))
            }
        ).filter { $0.key.hasPrefix(prefix) }
    }
}
