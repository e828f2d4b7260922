import DurableActors
import DurableActorsTestKit
import Locks

/// A store that does not keep how far the log was applied.
final class ForgetfulStore: OrderedStore {
    private let store: MemoryStore

    init(_ store: MemoryStore) { self.store = store }

    func read<Result>(_ body: (any OrderedSnapshot) throws -> Result) throws -> Result { try store.read(body) }

    func write(_ body: (any OrderedTransaction) throws -> Void) throws {
        try store.write { try body(Forgetting(transaction: $0)) }
    }

    func close() {}

    private struct Forgetting: OrderedTransaction {
        let transaction: any OrderedTransaction

        func get(_ table: StoreTable, _ key: [UInt8]) throws -> [UInt8]? { try transaction.get(table, key) }

        func put(_ table: StoreTable, _ key: [UInt8], _ value: [UInt8]) throws {
            if key != RowLayout.loggedKey { try transaction.put(table, key, value) }
        }

        func delete(_ table: StoreTable, _ key: [UInt8]) throws { try transaction.delete(table, key) }

        func delete(_ table: StoreTable, _ range: KeyRange) throws { try transaction.delete(table, range) }

        func scan(
            _ table: StoreTable,
            from lower: [UInt8],
            to upper: [UInt8]?,
            reverse: Bool,
            _ visit: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
        ) throws {
            try transaction.scan(table, from: lower, to: upper, reverse: reverse, visit)
        }

        func measure(
            _ table: StoreTable,
            _ range: KeyRange,
            _ visit: (_ key: [UInt8], _ valueBytes: Int) throws -> Void
        ) throws {
            try transaction.measure(table, range, visit)
        }
    }
}

/// A store that takes no writes while it is full.
final class ClosableStore: OrderedStore {
    let isFull = Mutex(false)
    private let store: MemoryStore

    init(_ store: MemoryStore) { self.store = store }

    func read<Result>(_ body: (any OrderedSnapshot) throws -> Result) throws -> Result { try store.read(body) }

    func write(_ body: (any OrderedTransaction) throws -> Void) throws {
        if isFull.withLock({ $0 }) { throw StorageError(.full, "The disk is full.") }
        try store.write(body)
    }

    func close() {}
}
