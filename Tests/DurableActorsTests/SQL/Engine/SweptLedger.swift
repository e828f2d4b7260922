import Distributed
import DurableActors
import DurableActorsTestKit

/// Ways to add to a ledger.
enum Entering: Int, Codable, CaseIterable {
    case plain, synchronous, transaction, update, remove, deleteAll
    /// Nothing of these stays.
    case failingSynchronous, failingTransaction, abort
}

/// What is there of a ledger.
struct LedgerState: Codable, Hashable {
    var count = 0
    var sum = 0
}

/// An object that says the same thing in rows, in key-values and by its alarm.
distributed actor SweptLedger: AlarmHandler {
    static let epoch: Int64 = 9_000_000_000_000

    let ctx: DurableObjectState
    let violations: Recorder<String>

    init(ctx: DurableObjectState, env: Recorder<String>) {
        self.ctx = ctx
        violations = env
        actorSystem = ctx.actorSystem
    }

    func alarm(_ info: AlarmInfo) async throws {}

    /// What is stored, which has to be the same everywhere.
    distributed func look(thoroughly: Bool) async throws -> LedgerState {
        if thoroughly {
            do { try ctx.checkIntegrity() } catch {
                violations.add("\(ctx.id.name ?? ""): the database is broken: \(error)")
            }
        }
        let alarm = try await ctx.storage.getAlarm() ?? Self.epoch
        return try state(alarm)
    }

    private func state(_ alarm: Int64) throws -> LedgerState {
        try ctx.run(
            "CREATE TABLE IF NOT EXISTS t(k INTEGER PRIMARY KEY, v INTEGER, filler BLOB); CREATE INDEX IF NOT EXISTS i ON t(v)"
        )
        let values = try ctx.storage.kv.get("state", as: LedgerState.self) ?? LedgerState()
        let rows = LedgerState(
            count: Int(try ctx.number("SELECT count(*) FROM t")),
            sum: Int(try ctx.number("SELECT coalesce(sum(v), 0) FROM t NOT INDEXED"))
        )
        if rows != values { violations.add("\(ctx.id.name ?? ""): rows \(rows), values \(values)") }
        if Int(alarm - Self.epoch) != values.count {
            violations.add("\(ctx.id.name ?? ""): alarm \(alarm - Self.epoch), values \(values)")
        }
        return values
    }

    distributed func enter(_ way: Entering, _ value: Int) async throws {
        _ = try await look(thoroughly: false)
        let ctx = ctx
        let write: @Sendable () throws -> Void = { try Self.write(way, value, ctx) }
        switch way {
        case .plain, .update, .remove: try write()
        case .deleteAll:
            try await ctx.storage.deleteAll()
            _ = try state(Self.epoch)
            try write()
        case .synchronous: try ctx.storage.transactionSync(write)
        case .failingSynchronous:
            do {
                try ctx.storage.transactionSync {
                    try ctx.storage.transactionSync(write)
                    throw ShapeError(text: "on purpose")
                }
            } catch is ShapeError {}
        case .transaction, .failingTransaction:
            do {
                try await ctx.storage.transaction { _ in
                    try write()
                    try await ctx.sleep(milliseconds: Int64(value % 7))
                    try await ctx.storage.setAlarm(Self.epoch + Int64(try ctx.number("SELECT count(*) FROM t")))
                    if way == .failingTransaction { throw ShapeError(text: "on purpose") }
                }
            } catch is ShapeError {}
            return
        case .abort:
            try write()
            try ctx.abort("on purpose")
        }
        try await ctx.storage.setAlarm(Self.epoch + Int64(try ctx.number("SELECT count(*) FROM t")))
    }

    private static func write(_ way: Entering, _ value: Int, _ ctx: DurableObjectState) throws {
        var state = try ctx.storage.kv.get("state", as: LedgerState.self) ?? LedgerState()
        let sql = ctx.storage.sql
        switch way {
        case .update:
            try sql.exec("UPDATE t SET v = v + ?, filler = zeroblob(?)", value, value * 3)
            state.sum += state.count * value
        case .remove:
            try sql.exec("DELETE FROM t WHERE k IN (SELECT k FROM t ORDER BY v LIMIT 2)")
            state.count = Int(try ctx.number("SELECT count(*) FROM t"))
            state.sum = Int(try ctx.number("SELECT coalesce(sum(v), 0) FROM t"))
        default:
            for number in 0..<(1 + value % 5) {
                try sql.exec("INSERT INTO t(v, filler) VALUES (?, zeroblob(?))", value + number, value * 10)
                state.count += 1
                state.sum += value + number
            }
        }
        try ctx.storage.kv.put("state", state)
    }
}
