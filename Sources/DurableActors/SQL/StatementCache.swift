/// Prepared statements that nobody uses, by their texts; what was used longest ago goes first.
///
/// A statement in use is not in it, so the same text can run twice at once; but its place is kept for it.
struct StatementCache<Statement> {
    private struct Entry {
        /// Nil while it is in use.
        var statement: Statement?
        var used: UInt64
    }

    private let count: Int
    private let bytes: Int
    private var entries: [String: Entry] = [:]
    private var held = 0
    private var clock: UInt64 = 0

    init(count: Int, bytes: Int) {
        self.count = count
        self.bytes = bytes
    }

    /// Takes the statement of a text out.
    mutating func take(_ text: String) -> Statement? {
        guard let place = entries.index(forKey: text) else { return nil }
        return entries.values[place].statement.take()
    }

    /// Puts a statement in; what has no place any more.
    mutating func put(_ statement: Statement, _ text: String) -> [Statement] {
        clock += 1
        if let place = entries.index(forKey: text) {
            if entries.values[place].statement != nil { return [statement] }
            entries.values[place] = Entry(statement: statement, used: clock)
            return []
        }
        entries[text] = Entry(statement: statement, used: clock)
        held += text.utf8.count
        var removed: [Statement] = []
        while entries.count > count || held > bytes {
            guard let oldest = entries.min(by: { $0.value.used < $1.value.used }) else { break }
            entries[oldest.key] = nil
            held -= oldest.key.utf8.count
            if let statement = oldest.value.statement { removed.append(statement) }
        }
        return removed
    }

    /// Takes everything out.
    mutating func removeAll() -> [Statement] {
        defer {
            entries = [:]
            held = 0
        }
        return entries.values.compactMap(\.statement)
    }
}
