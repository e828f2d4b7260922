internal import CSQLite

/// What one call may cost, and the bounds of texts and values: those of Durable Objects.
package struct SQLLimits: Sendable {
    /// How long one call may work, measured by `clock`.
    package var nanoseconds: UInt64
    /// How many instructions of SQLite's machine one call may run; what ends a call where the clock stands still.
    package var steps: Int
    package let clock: any WorldClock

    package init(nanoseconds: UInt64, steps: Int, clock: any WorldClock) {
        self.nanoseconds = nanoseconds
        self.steps = steps
        self.clock = clock
    }

    package init(_ limits: HostLimits, clock: any WorldClock) {
        self.init(nanoseconds: limits.sqlCallNanoseconds, steps: limits.sqlCallSteps, clock: clock)
    }

    /// The largest text, blob or row, in bytes: 2 MiB.
    static let valueBytes = 2 << 20
    /// How many statements stay prepared after their use, and how many bytes of text they may have together.
    static let cachedStatements = 100
    static let cachedBytes = 1 << 20

    static let fixed: [(category: Int32, value: Int32)] = [
        (SQLITE_LIMIT_LENGTH, Int32(valueBytes)),
        (SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (SQLITE_LIMIT_COLUMN, 100),
        (SQLITE_LIMIT_EXPR_DEPTH, 100),
        (SQLITE_LIMIT_COMPOUND_SELECT, 5),
        (SQLITE_LIMIT_VDBE_OP, 25_000),
        (SQLITE_LIMIT_FUNCTION_ARG, 127),
        (SQLITE_LIMIT_ATTACHED, 0),
        (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
        (SQLITE_LIMIT_VARIABLE_NUMBER, 100),
        (SQLITE_LIMIT_TRIGGER_DEPTH, 10),
        (SQLITE_LIMIT_WORKER_THREADS, 0),
    ]
}
