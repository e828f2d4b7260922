/// What an incarnation has written in the turn that is running, and what it says of running alarms.
///
/// Confined to the object's cell.
package struct StorageState {
    /// The writes of this turn.
    package var open = WriteSet()
    /// Whether one of them must be durable before anything leaves the object.
    package var openIsConfirmed = false
    /// Whether one of them is to be sealed at the end of its turn; what is not goes with the next batch.
    var openIsUrgent = false
    /// Whether what leaves the object now waits for the open writes.
    var openHoldsOutput: Bool { openIsConfirmed && transactions.isEmpty }
    /// What each open transaction goes back to when it is rolled back, the outermost first.
    private var transactions: [Savepoint] = []
    /// How many transactions are open.
    var transactionDepth: Int { transactions.count }
    /// How many synchronous transactions are open.
    var synchronousDepth = 0
    /// How many transactions are open, synchronous ones included.
    var openSavepoints: Int { transactions.count + synchronousDepth }
    /// Whether any transaction is open.
    var isInTransaction: Bool { openSavepoints > 0 }
    /// Alarms whose handler runs now, by name: they read as absent, and are deleted when the handler succeeds unless
    /// the value says that they were set anew meanwhile.
    package var runningAlarms: [[UInt8]: RunningAlarm] = [:]

    package struct RunningAlarm {
        package let due: Int64
        /// When its handler began, as uptime in nanoseconds.
        package let began: UInt64
        /// Whether it was set anew or deleted since, so that the end of the handler changes nothing.
        package var isSettled = false
    }

    private struct Savepoint {
        let open: WriteSet
        let openIsConfirmed: Bool
        let runningAlarms: [[UInt8]: RunningAlarm]
    }

    mutating func beginTransaction() {
        transactions.append(Savepoint(open: open, openIsConfirmed: openIsConfirmed, runningAlarms: runningAlarms))
    }

    mutating func commitTransaction() { transactions.removeLast() }

    mutating func rollBackTransaction() {
        let savepoint = transactions.removeLast()
        open = savepoint.open
        openIsConfirmed = savepoint.openIsConfirmed
        runningAlarms = savepoint.runningAlarms
    }

    /// Forgets the turn's writes.
    mutating func drop() {
        _ = takeOpen()
        transactions = []
    }

    /// Hands over the turn's writes.
    package mutating func takeOpen() -> WriteSet {
        var taken = WriteSet()
        swap(&open, &taken)
        openIsConfirmed = false
        openIsUrgent = false
        return taken
    }
}
