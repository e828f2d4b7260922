internal import Distributed
internal import DurableActors

/// The object whose database is measured.
distributed actor SQLSubject: DurableObject {
    private static let value = [UInt8](repeating: 0x76, count: 100)

    private let ctx: DurableObjectState
    private var calls = 0

    init(ctx: DurableObjectState, env: Subject.Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    /// Makes the table with so many rows.
    distributed func fill(_ rows: Int) throws {
        try ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v BLOB)")
        for _ in 0..<rows { try insert() }
    }

    /// Inserts a row; the answer waits until it is on disk.
    distributed func insert() throws {
        try ctx.storage.sql.exec("INSERT INTO t (v) VALUES (?)", Self.value)
    }

    /// Reads so many rows, each by its key.
    distributed func select(_ count: Int, from first: Int) throws -> Int {
        var bytes = 0
        for number in 0..<count {
            let key = (first + number * 7) % 1_000 + 1
            bytes += try ctx.storage.sql.exec("SELECT v FROM t WHERE k = ?", key).one().values[0].blob?.count ?? 0
        }
        return bytes
    }

    /// Reads a row in the first call of a life in memory, and nothing later.
    distributed func firstSelect() throws -> Int {
        calls += 1
        return calls == 1 ? try select(1, from: 0) : 0
    }

    /// Does nothing.
    distributed func wake() {}

    /// How large the database is.
    distributed func size() throws -> Int { try ctx.storage.sql.databaseSize }
}
