import DurableActorsTestKit

/// Statements and transactions that follow from a seed.
struct SQLGenerator {
    private let random: SeededRandom
    private let reopens: Bool
    private var depth = 0
    private var made: [SQLStep] = []

    private init(seed: UInt64, reopens: Bool) {
        random = SeededRandom(seed: seed)
        self.reopens = reopens
    }

    /// So many steps after those that make the tables, and then everything that is stored.
    static func steps(seed: UInt64, count: Int, reopens: Bool = false) -> [SQLStep] {
        var generator = SQLGenerator(seed: seed, reopens: reopens)
        generator.made = schema.map { .statement($0) }
        for _ in 0..<count { generator.next() }
        while generator.depth > 0 { generator.end(keeps: true) }
        return generator.made + [.endTurn] + contents.map { .statement($0) }
    }

    private static let schema = [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b TEXT UNIQUE, n REAL, j TEXT, CHECK (n IS NULL OR n < 1e15))",
        "CREATE TABLE c (id INTEGER PRIMARY KEY, t REFERENCES t (id) ON DELETE CASCADE, v BLOB NOT NULL)",
        "CREATE TABLE d (id INTEGER PRIMARY KEY, t REFERENCES t (id))",
        "CREATE TABLE log (what TEXT, id)",
        "CREATE TRIGGER logged AFTER UPDATE ON t BEGIN INSERT INTO log VALUES ('update', new.id); END",
        "CREATE VIEW totals AS SELECT typeof(a) AS kind, count(*) AS many FROM t GROUP BY 1",
        "CREATE VIRTUAL TABLE f USING fts5(title, body)",
    ]

    private static let contents = [
        "SELECT quote(id), quote(a), quote(b), quote(n), quote(j) FROM t ORDER BY id",
        "SELECT quote(id), quote(t), quote(v) FROM c ORDER BY id",
        "SELECT quote(id), quote(t) FROM d ORDER BY id",
        "SELECT rowid, quote(what), quote(id) FROM log ORDER BY rowid",
        "SELECT rowid, quote(title), quote(body) FROM f ORDER BY rowid",
        "SELECT kind, many FROM totals ORDER BY kind",
        "SELECT type, name, quote(sql) FROM sqlite_master WHERE name NOT LIKE 'f_%' ORDER BY name",
        "PRAGMA quick_check",
    ]

    private func pick<Element>(_ choices: [Element]) -> Element { choices[random.below(choices.count)] }

    private mutating func next() {
        switch random.below(20) {
        case 0 where depth < 3:
            made.append(.begin)
            depth += 1
        case 1 where depth > 0, 3 where depth > 0 && reopens: end(keeps: random.below(2) == 0)
        case 2 where depth == 0: made.append(.endTurn)
        case 4 where depth == 0 && reopens: made.append(.reopen)
        default: made.append(.statement(statement()))
        }
    }

    private mutating func end(keeps: Bool) {
        made.append(.end(keeps: keeps))
        depth -= 1
    }

    private func statement() -> String {
        pick([insertion, insertion, change, removal, question, question, child, search, definition, mistake])()
    }

    private func value() -> String {
        pick([
            "NULL", "0", "-1", "\(random.below(100))", "9223372036854775807", "-9223372036854775808",
            "9223372036854775808",
            "0.1", "-1e-7", "1e300", "-0.0", "123456789.123456789", "''", "'a''b'", "'é€😀'", "'\(random.below(20))'",
            "x''",
            "x'00ff7f'", "zeroblob(5)", "'{\"k\": [1, {\"m\": \(random.below(9))}]}'",
        ])
    }

    private func id() -> Int { random.below(30) }

    private func word() -> String { pick(["red", "green", "blue", "fish", "the", "über"]) }

    private func insertion() -> String {
        let row = "(\(pick(["NULL", "\(id())"])), \(value()), '\(random.below(25))', \(value()), \(value()))"
        return pick([
            "INSERT INTO t VALUES \(row) RETURNING id, quote(a), quote(n)", "INSERT OR REPLACE INTO t VALUES \(row)",
            "INSERT OR IGNORE INTO t VALUES \(row), \(row) RETURNING id",
            "INSERT OR FAIL INTO t (id, b) VALUES (\(id()), 'x'), (\(id()), 'x')",
            "INSERT INTO t VALUES \(row) ON CONFLICT (b) DO UPDATE SET a = excluded.a, n = n + 1 RETURNING id, quote(n)",
            "INSERT INTO t (a, b) SELECT a, b || '+' FROM t WHERE id < \(id()) RETURNING id",
            "INSERT INTO t (b) VALUES ('m\(id())'), ('m\(id())'), ('m\(id())')",
        ])
    }

    private func change() -> String {
        pick([
            "UPDATE t SET a = \(value()) WHERE id % \(1 + random.below(5)) = 0 RETURNING id, quote(a)",
            "UPDATE t SET b = 'same' WHERE id < \(id())", "UPDATE t SET n = n * 1000 WHERE n > \(random.below(50))",
            "UPDATE OR IGNORE t SET id = id + 1 WHERE id > \(id())", "UPDATE c SET v = v || x'01' WHERE t = \(id())",
            "UPDATE t SET j = json_set(j, '$.k', \(random.below(9))) WHERE json_valid(j) AND id = \(id())",
            "UPDATE f SET body = body || ' \(word())' WHERE rowid = \(id())",
        ])
    }

    private func removal() -> String {
        pick([
            "DELETE FROM t WHERE id = \(id()) RETURNING quote(b)", "DELETE FROM t WHERE id % 7 = \(random.below(7))",
            "DELETE FROM c WHERE id IN (SELECT id FROM c ORDER BY id LIMIT 2) RETURNING id", "DELETE FROM d",
            "DELETE FROM f WHERE rowid = \(id())", "DELETE FROM log WHERE id < \(id())",
        ])
    }

    private func child() -> String {
        pick([
            "INSERT INTO c (t, v) VALUES (\(id()), \(value())) RETURNING id", "INSERT INTO d (t) VALUES (\(id()))",
            "INSERT INTO c (t, v) SELECT id, coalesce(a, x'') FROM t WHERE id > \(id())",
        ])
    }

    private func question() -> String {
        pick([
            "SELECT count(*), quote(total(n)), quote(min(a)), quote(max(b)) FROM t",
            "SELECT sum(a) FROM t WHERE typeof(a) = 'integer'",
            "SELECT id, quote(avg(n) OVER (ORDER BY id ROWS 2 PRECEDING)), rank() OVER (ORDER BY n, id) FROM t ORDER BY id",
            "SELECT t.id, count(c.id) FROM t LEFT JOIN c ON c.t = t.id GROUP BY t.id HAVING count(*) > 0 ORDER BY t.id LIMIT 9",
            "SELECT group_concat(quote(a)) FROM (SELECT a FROM t ORDER BY id)",
            "SELECT changes() >= 0, last_insert_rowid()",
            "WITH RECURSIVE x(i) AS (SELECT 1 UNION ALL SELECT i * 3 FROM x WHERE i < \(id() * 100)) SELECT sum(i), hex(max(i)) FROM x",
            "SELECT id, quote(json_extract(j, '$.k[1].m')), json_type(j) FROM t WHERE json_valid(j) ORDER BY id",
            "SELECT json_group_array(b) FROM (SELECT b FROM t ORDER BY b)",
            "SELECT quote(CAST(\(value()) AS TEXT)), typeof(\(value()) + 0)",
            "SELECT hex(substr(\(value()), 1, 2)), quote(\(value()) || \(value())), \(value()) < \(value())",
            "SELECT key, quote(value) FROM json_each('[1, null, \"x\", 2.5]')",
            "SELECT kind, many FROM totals ORDER BY kind",
            "SELECT quote(round(n, 2)), quote(n / 3) FROM t WHERE n IS NOT NULL ORDER BY id",
            "SELECT id FROM t WHERE b LIKE '%\(random.below(10))' OR a GLOB '[a-c]*' ORDER BY id",
            "SELECT quote(abs(\(value())))",
        ])
    }

    private func search() -> String {
        pick([
            "INSERT INTO f VALUES ('\(word())', '\(word()) \(word()) \(word())') RETURNING rowid",
            "SELECT rowid, highlight(f, 1, '[', ']') FROM f WHERE f MATCH '\(word())' ORDER BY rowid",
            "SELECT rowid, quote(round(bm25(f), 6)) FROM f WHERE f MATCH '\(word()) OR \(word())' ORDER BY bm25(f), rowid",
            "SELECT snippet(f, -1, '<', '>', '…', 2) FROM f('\(word())*') ORDER BY rowid",
            "INSERT INTO f (f) VALUES ('optimize')",
        ])
    }

    private func definition() -> String {
        pick([
            "CREATE INDEX IF NOT EXISTS i\(random.below(3)) ON t (\(pick(["a", "n, a", "b COLLATE NOCASE"])))",
            "DROP INDEX IF EXISTS i\(random.below(3))", "ALTER TABLE log ADD COLUMN x\(random.below(4))", "ANALYZE",
            "CREATE TABLE e\(random.below(2)) AS SELECT id, a FROM t", "DROP TABLE e\(random.below(2))",
            "ALTER TABLE e0 RENAME TO e1", "REINDEX t",
        ])
    }

    private func mistake() -> String {
        pick([
            "SELECT * FROM missing", "INSERT INTO t (id) VALUES ('text')", "INSERT INTO c (t) VALUES (1)", "SELEC 1",
            "UPDATE t SET n = 1e16",
            "SELECT sum(9223372036854775807) + 1, sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1)",
            "INSERT INTO d (t) VALUES (-5)", "SELECT nothing(1)", "SELECT json_extract('{', '$')",
            "SELECT a FROM t WHERE )",
            "SELECT rowid FROM f WHERE f MATCH '\"'",
        ])
    }
}
