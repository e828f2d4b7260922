/// One step of what an object does with its database.
enum SQLStep: Sendable, Equatable {
    /// A statement on one line, which gives texts and numbers only.
    case statement(String)
    /// `transactionSync` begins.
    case begin
    /// The innermost `transactionSync` ends.
    case end(keeps: Bool)
    /// The turn ends, which commits.
    case endTurn
    /// The turn ends, and the database is closed and opened again.
    case reopen
}

/// Something that takes steps, and what it answered to each.
protocol SQLRunner {
    /// An answer for each step: rows on lines with `|` between their values, or `error: ` and SQLite's text.
    func answers(to steps: [SQLStep]) throws -> [String]
}
