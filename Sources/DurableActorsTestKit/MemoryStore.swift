public import DurableActors
internal import Locks

/// A store in memory whose disk fails on demand and can be looked at as it was after any commit.
///
/// A write is durable when it returns. `crash` ends the store as a power cut does: what was committed is there for
/// `copy`, every later write fails. For a crash at each point in turn, run once with `keepsHistory` and open
/// `copy(afterCommit:)` for each number up to `commitCount`.
///
/// With `isLogged` it is a disk too, on which a host keeps a log as it does in production: what is written to a file of it
/// is durable once the file is flushed. Every write and flush of the log, and of the tables, can then be made to fail, and
/// `copy(afterStep:tornBy:)` is what a power cut between any two of them leaves.
///
/// ```swift
/// let store = MemoryStore()
/// store.failWrite(3, with: StorageError(.full, "The disk is full."))
/// let host = try SimulatedHost(seed: 1, store: store) { runtime in … }
/// ```
public final class MemoryStore: Sendable {
    /// The longest key, as in LMDB.
    public static let maximumKeyBytes = 511

    struct State {
        var image: MemoryImage
        var commits = 0
        var attempts = 0
        var faults: [Int: StorageError] = [:]
        /// Which attempt finds the machine without power.
        var crashesAt: Int?
        var crashed = false
        var stalled = false
        /// How many writes may pass although it is stalled.
        var passes = 0
        var waiting = 0
        /// Whether no further file can be made.
        var isShortOfRoom = false
        var ignoresFlushes = false
        var history: [MemoryMoment]?

        mutating func takePass() -> Bool {
            if !stalled || crashed { return true }
            guard passes > 0 else { return false }
            passes -= 1
            return true
        }

        /// What happens to the next thing that can fail.
        mutating func nextFault() -> StorageError? {
            attempts += 1
            if attempts == crashesAt { crashed = true }
            let fault = faults.removeValue(forKey: attempts)
            return crashed ? StorageError(.io, "The machine has lost its power.") : fault
        }

        mutating func note() { history?.append(MemoryMoment(image: image, commits: commits)) }
    }

    /// How large the log is that a host keeps here; nil for none.
    package let logSizes: LogSizes?
    let state: Mutex<State>
    private let writer = Mutex(())
    private let lot = ParkingLot()

    /// Makes an empty store; with `keepsHistory` it remembers its state after each step.
    public convenience init(keepsHistory: Bool = false, isLogged: Bool = false) {
        self.init(MemoryImage(), keepsHistory: keepsHistory, logSizes: isLogged ? .simulated : nil)
    }

    /// Makes an empty store for a log of a given size.
    package convenience init(keepsHistory: Bool = false, logSizes: LogSizes) {
        self.init(MemoryImage(), keepsHistory: keepsHistory, logSizes: logSizes)
    }

    private init(_ image: MemoryImage, keepsHistory: Bool, logSizes: LogSizes?) {
        self.logSizes = logSizes
        let first = MemoryMoment(image: image, commits: 0)
        state = Mutex(State(image: image, history: keepsHistory ? [first] : nil))
    }

    /// How many writes have become durable: of the tables, and flushes of the log.
    public var commitCount: Int { state.withLock { $0.commits } }

    /// How many writes were tried, those that failed included; of the log each write and each flush counts.
    public var attemptCount: Int { state.withLock { $0.attempts } }

    /// How many writes wait for `resume` now.
    public var waitingCount: Int { state.withLock { $0.waiting } }

    /// Makes one write fail, nothing of it being kept: the first from now is number 1.
    public func failWrite(_ number: Int, with error: StorageError) {
        precondition(number > 0, "The next write is number 1.")
        state.withLock { $0.faults[$0.attempts + number] = error }
    }

    /// Forgets the writes that were to fail and have not been tried.
    public func repair() { state.withLock { ($0.faults, $0.crashesAt) = ([:], nil) } }

    /// Makes every later write fail, as for a process that has lost its machine.
    public func crash() {
        state.withLock { $0.crashed = true }
        lot.broadcast()
    }

    /// Ends as by `crash` when a write is tried: the first from now is number 1.
    package func crash(atWrite number: Int) {
        precondition(number > 0, "The next write is number 1.")
        state.withLock { $0.crashesAt = $0.attempts + number }
    }

    /// Whether it has ended.
    package var hasCrashed: Bool { state.withLock { $0.crashed } }

    /// Makes writes wait, on the thread that makes them, until `resume`.
    ///
    /// For runtimes with threads; in a simulated world use the scheduler's `holdsCommits`.
    public func stall() { state.withLock { $0.stalled = true } }

    /// Lets waiting writes go on.
    public func resume() {
        state.withLock { $0.stalled = false }
        lot.broadcast()
    }

    /// Lets one write go on, that waits or comes; further ones wait as before.
    public func resumeOne() {
        state.withLock { $0.passes += 1 }
        lot.broadcast()
    }

    /// Blocks the calling thread until a write waits for `resume`.
    public func waitForStalledWrite() {
        lot.wait(nanoseconds: nil) { self.state.withLock { $0.waiting > 0 } }
    }

    /// While true no file can be made, as on a disk without room.
    public var isShortOfRoom: Bool {
        get { state.withLock { $0.isShortOfRoom } }
        set { state.withLock { $0.isShortOfRoom = newValue } }
    }

    /// How many steps the history has: writes to the tables, and everything done to the log's files.
    public var stepCount: Int { state.withLock { ($0.history?.count ?? 1) - 1 } }

    /// A new store with what is durable here now; the two have nothing in common from then on.
    public func copy(keepsHistory: Bool = false) -> MemoryStore {
        let image = state.withLock { $0.image }
        return MemoryStore(image.afterPowerCut(tornBy: nil), keepsHistory: keepsHistory, logSizes: logSizes)
    }

    /// A new store with what was durable after a number of commits; the store must keep its history.
    public func copy(afterCommit number: Int) -> MemoryStore {
        guard let moment = state.withLock({ $0.history?.first { $0.commits == number } }) else {
            preconditionFailure("The state after commit \(number) was not kept.")
        }
        return MemoryStore(moment.image.afterPowerCut(tornBy: nil), keepsHistory: false, logSizes: logSizes)
    }

    /// A new store with what a power cut after a number of steps leaves; the store must keep its history.
    ///
    /// Of what was written to the log and not flushed nothing is left, or with a seed the parts that it chooses.
    public func copy(afterStep number: Int, tornBy seed: UInt64? = nil, keepsHistory: Bool = false) -> MemoryStore {
        guard let history = state.withLock({ $0.history }), history.indices.contains(number) else {
            preconditionFailure("The state after step \(number) was not kept.")
        }
        let image = history[number].image.afterPowerCut(tornBy: seed.map { SeededRandom(seed: $0) })
        return MemoryStore(image, keepsHistory: keepsHistory, logSizes: logSizes)
    }

    /// How many commits there had been after a number of steps; the store must keep its history.
    public func commitCount(afterStep number: Int) -> Int {
        guard let history = state.withLock({ $0.history }), history.indices.contains(number) else {
            preconditionFailure("The state after step \(number) was not kept.")
        }
        return history[number].commits
    }

    /// Whether two stores hold the same rows.
    public func hasSameRows(as other: MemoryStore) -> Bool {
        state.withLock { $0.image.tables } == other.state.withLock { $0.image.tables }
    }

    func waitWhileStalled() {
        guard state.withLock({ $0.stalled }) else { return }
        state.withLock { $0.waiting += 1 }
        lot.broadcast()
        var mayPass = false
        lot.wait(nanoseconds: nil) {
            mayPass = mayPass || self.state.withLock { $0.takePass() }
            return mayPass
        }
        state.withLock { $0.waiting -= 1 }
    }
}

extension MemoryStore: OrderedStore {
    package func read<Result>(_ body: (any OrderedSnapshot) throws -> Result) throws -> Result {
        try body(MemoryTransaction(state.withLock { $0.image.tables }))
    }

    package func write(_ body: (any OrderedTransaction) throws -> Void) throws {
        waitWhileStalled()
        try writer.withLock { _ in
            let (tables, fault) = state.withLock { ($0.image.tables, $0.nextFault()) }
            let transaction = MemoryTransaction(tables)
            try body(transaction)
            if let fault { throw fault }
            state.withLock { state in
                state.image.tables = transaction.tables
                state.commits += 1
                state.note()
            }
        }
    }

    package func close() {}
}

/// A state of the store with the changes of one write.
private final class MemoryTransaction: OrderedTransaction {
    var tables: MemoryTables

    init(_ tables: MemoryTables) { self.tables = tables }

    func get(_ table: StoreTable, _ key: [UInt8]) throws -> [UInt8]? { tables.rows[table.rawValue][key] }

    func put(_ table: StoreTable, _ key: [UInt8], _ value: [UInt8]) throws {
        guard (1...MemoryStore.maximumKeyBytes).contains(key.count) else {
            throw StorageError(.io, "A key of \(key.count) bytes does not fit.")
        }
        tables.rows[table.rawValue].put(key, value)
    }

    func delete(_ table: StoreTable, _ key: [UInt8]) throws { tables.rows[table.rawValue].delete(key) }

    func delete(_ table: StoreTable, _ range: KeyRange) throws { tables.rows[table.rawValue].delete(range) }

    func scan(
        _ table: StoreTable,
        from lower: [UInt8],
        to upper: [UInt8]?,
        reverse: Bool,
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws {
        try tables.rows[table.rawValue].scan(from: lower, to: upper, reverse: reverse, visit)
    }

    func measure(
        _ table: StoreTable,
        _ range: KeyRange,
        _ visit: (_ key: [UInt8], _ valueBytes: Int) throws -> Void
    ) throws {
        try scan(table, from: range.lower, to: range.upper, reverse: false) { key, value in
            try visit(key, value.count)
            return true
        }
    }
}
