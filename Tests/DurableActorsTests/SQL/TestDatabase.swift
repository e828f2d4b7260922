import DurableActors
import DurableActorsTestKit

/// SQL over a database in memory, with a host that does what an object's storage does and notes what it is told.
final class TestDatabase: SQLHost, @unchecked Sendable {
    // Safe because a test uses it on its own thread only.
    private let opened: SQLConnection
    private(set) var failures: [SQLFailure] = []
    private(set) var writes = 0
    /// What `check` throws, once the object's life is over.
    var end: DurableObjectError?
    /// Whether writes run in a transaction that stays open, as within a turn.
    var opensTransactions = true

    init(
        nanoseconds: UInt64 = 30_000_000_000,
        steps: Int = 1_000_000_000,
        clock: any WorldClock = VirtualClock(epochMilliseconds: 0)
    ) throws {
        let limits = SQLLimits(nanoseconds: nanoseconds, steps: steps, clock: clock)
        opened = try SQLConnection(path: ":memory:", vfs: nil, limits: limits, random: SeededRandom(seed: 1))
    }

    var sql: SqlStorage { SqlStorage(self) }

    func check() throws { if let end { throw end } }
    func connection() throws -> SQLConnection { opened }
    func failed(_ error: SQLFailure) { failures.append(error) }
    func didWrite() { writes += 1 }

    func willWrite() throws {
        if opensTransactions, !opened.isInTransaction { try opened.execute("BEGIN") }
    }

    /// Ends the turn: what it wrote is committed.
    func endTurn() throws {
        if opened.isInTransaction { try opened.execute("COMMIT") }
    }

    /// Runs `body` in a savepoint, as `transactionSync` does.
    func transactionSync(_ body: () throws -> Void) throws {
        try willWrite()
        try opened.execute("SAVEPOINT s")
        do {
            try body()
        } catch {
            try opened.execute("ROLLBACK TO s")
            try opened.execute("RELEASE s")
            throw error
        }
        try opened.execute("RELEASE s")
    }

    /// The text of the refusal of a statement, or nil where it is not refused.
    func refusal(_ query: String, _ bindings: (any SqlStorageBindable)?...) -> String? {
        do {
            _ = try sql.exec(query, bindings: bindings.map { $0?.sqlStorageValue ?? .null }).toArray()
            return nil
        } catch let error as SQLFailure {
            return error.description
        } catch {
            return (error as? DurableObjectError)?.message ?? "\(error)"
        }
    }
}
