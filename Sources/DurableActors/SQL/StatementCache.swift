/// Prepared statements that nobody uses, by their texts; what was used longest ago goes first.
///
/// A statement in use is not in it, so the same text can run twice at once.
struct StatementCache<Statement> {
    private struct Entry {
        let statement: Statement
        let used: UInt64
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
        guard let entry = entries.removeValue(forKey: text) else { return nil }
        held -= text.utf8.count
        return entry.statement
    }

    /// Puts a statement in; what has no place any more.
    mutating func put(_ statement: Statement, _ text: String) -> [Statement] {
        if entries[text] != nil { return [statement] }
        clock += 1
        entries[text] = Entry(statement: statement, used: clock)
        held += text.utf8.count
        var removed: [Statement] = []
        while entries.count > count || held > bytes {
            guard let oldest = entries.min(by: { $0.value.used < $1.value.used }) else { break }
            if let statement = take(oldest.key) { removed.append(statement) }
        }
        return removed
    }

    /// Takes everything out.
    mutating func removeAll() -> [Statement] {
        defer {
            entries = [:]
            held = 0
        }
        return entries.values.map(\.statement)
    }
}
