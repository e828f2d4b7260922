internal import Locks

/// `txn`: what the closure of `storage.transaction` is given.
///
/// Every storage operation of the object belongs to the transaction while its closure runs, whether it is called here or
/// on `ctx.storage`. Unusable after the transaction has ended.
///
/// Isolation: only on the object's executor.
public final class DurableObjectTransaction: Sendable {
    private enum Phase { case open, rolledBack, committed }

    private let storage: DurableObjectStorage
    /// How many transactions are open, this one included.
    private let depth: Int
    private let phase = Mutex(Phase.open)

    /// Begins a transaction inside those that are open.
    init(_ storage: DurableObjectStorage) {
        self.storage = storage
        storage.incarnation.storage.beginTransaction()
        depth = storage.incarnation.storage.transactionDepth
    }

    /// The value of a key; nil when there is none.
    public func get<Value: Decodable & Sendable>(_ key: String, as type: Value.Type = Value.self) async throws -> Value?
    {
        try check("get()")
        return try await storage.get(key, as: type)
    }

    /// The values of several keys: those found, in order of the keys' bytes.
    public func get<Value: Decodable & Sendable>(
        _ keys: [String],
        as type: Value.Type = Value.self
    ) async throws -> StorageEntries<Value> {
        try check("get()")
        return try await storage.get(keys, as: type)
    }

    /// Entries in order of their keys.
    public func list<Value: Decodable & Sendable>(
        _ options: ListOptions = ListOptions(),
        as type: Value.Type = Value.self
    ) async throws -> StorageEntries<Value> {
        try check("list()")
        return try await storage.list(options, as: type)
    }

    /// Sets the value of a key.
    public func put<Value: Encodable & Sendable>(
        _ key: String,
        _ value: Value,
        allowUnconfirmed: Bool = false
    ) async throws {
        try check("put()")
        try await storage.put(key, value, allowUnconfirmed: allowUnconfirmed)
    }

    /// Sets several keys, all of them or, when one is refused, none.
    public func put<Value: Encodable & Sendable>(
        entries: [String: Value],
        allowUnconfirmed: Bool = false
    ) async throws {
        try check("put()")
        try await storage.put(entries: entries, allowUnconfirmed: allowUnconfirmed)
    }

    /// Removes a key; tells whether it was there.
    @discardableResult
    public func delete(_ key: String, allowUnconfirmed: Bool = false) async throws -> Bool {
        try check("delete()")
        return try await storage.delete(key, allowUnconfirmed: allowUnconfirmed)
    }

    /// Removes several keys; tells how many were there.
    @discardableResult
    public func delete(_ keys: [String], allowUnconfirmed: Bool = false) async throws -> Int {
        try check("delete()")
        return try await storage.delete(keys, allowUnconfirmed: allowUnconfirmed)
    }

    /// Always throws: everything can only be removed outside of transactions.
    public func deleteAll() async throws { throw Self.refusesDeleteAll }

    /// Why everything cannot be deleted in a transaction, of whichever kind.
    static var refusesDeleteAll: DurableObjectError {
        DurableObjectError(.invalidArgument, "Cannot call deleteAll() within a transaction")
    }

    /// When the alarm is due, in milliseconds since 1970; nil when none is set.
    public func getAlarm() async throws -> Int64? {
        try check("getAlarm()")
        return try await storage.getAlarm()
    }

    /// Sets the alarm, in milliseconds since 1970.
    public func setAlarm(_ milliseconds: Int64, allowUnconfirmed: Bool = false) async throws {
        try check("setAlarm()")
        try await storage.setAlarm(milliseconds, allowUnconfirmed: allowUnconfirmed)
    }

    /// Removes the alarm.
    public func deleteAlarm(allowUnconfirmed: Bool = false) async throws {
        try check("deleteAlarm()")
        try await storage.deleteAlarm(allowUnconfirmed: allowUnconfirmed)
    }

    /// Undoes everything since the transaction began and ends it; the closure may go on and return.
    ///
    /// A second call does nothing. Throws while a transaction inside of this one is open, and after the commit.
    public func rollback() throws {
        try storage.incarnation.check()
        guard phase.withLock({ $0 != .rolledBack }) else { return }
        try check("rollback()")
        guard storage.incarnation.storage.transactionDepth == depth else {
            throw DurableObjectError(
                .invalidArgument,
                "Cannot roll back an outer transaction while a nested transaction is still running."
            )
        }
        phase.withLock { $0 = .rolledBack }
        if storage.incarnation.cell.host.limits.faults.contains(.keptRollbacks) {
            try storage.incarnation.commitTransaction()
        } else {
            try storage.incarnation.rollBackTransaction()
        }
    }

    /// Keeps what was written, unless it was rolled back.
    func commit() throws {
        guard phase.withLock({ $0 == .open }) else { return }
        phase.withLock { $0 = .committed }
        try storage.incarnation.commitTransaction()
    }

    private func check(_ operation: String) throws {
        switch phase.withLock({ $0 }) {
        case .open: return
        case .rolledBack:
            throw DurableObjectError(.invalidArgument, "Cannot \(operation) on rolled back transaction")
        case .committed:
            throw DurableObjectError(
                .invalidArgument,
                """
                Cannot call \(operation) on transaction that has already committed: did you move `txn` outside of the \
                closure?
                """
            )
        }
    }
}
