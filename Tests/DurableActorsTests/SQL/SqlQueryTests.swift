import DurableActors
import Foundation
import Testing

@Suite struct SqlQueryTests {
    private let sql: SqlStorage

    init() throws {
        sql = try TestDatabase().sql
        try sql.exec("CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, done INTEGER, cost REAL, due, data)")
        try sql.exec(
            "INSERT INTO tasks VALUES (1, 'one', 0, 1.5, 1500, x'01'), (2, 'two', 1, 2, NULL, NULL), (3, 'three', 1, 0, 0, x'')"
        )
    }

    private enum Title: String, Decodable, SqlStorageBindable { case one, two, three }

    private struct Task: Decodable, Equatable {
        var id: Int
        var title: Title
        var done: Bool
        var cost: Double
        var due: Date?
        var data: [UInt8]?
    }

    @Test func `rows are decoded into the program's own types`() throws {
        let tasks = try sql("SELECT * FROM tasks WHERE id < \(3) ORDER BY id", as: Task.self)
        #expect(
            tasks == [
                Task(id: 1, title: .one, done: false, cost: 1.5, due: Date(timeIntervalSince1970: 1.5), data: [1]),
                Task(id: 2, title: .two, done: true, cost: 2, due: nil, data: nil),
            ]
        )
        #expect(try sql.exec("SELECT * FROM tasks WHERE id = ?", 2).one(as: Task.self) == tasks[1])
        let cursor = try sql.exec("SELECT title FROM tasks ORDER BY id")
        #expect(try cursor.next(as: String.self) == "one")
        #expect(try cursor.toArray(as: Title.self) == [.two, .three])
        #expect(try sql.exec("SELECT count(*) FROM tasks").one(as: Int.self) == 3)
        #expect(try sql("SELECT due FROM tasks ORDER BY id", as: Int?.self) == [1500, nil, 0])
        #expect(try sql("SELECT data FROM tasks WHERE id = 1", as: Data.self) == [Data([1])])
    }

    private func failure<Row: Decodable>(_ query: SqlQuery, _ type: Row.Type) -> String? {
        switch #expect(throws: DecodingError.self, performing: { try sql(query, as: type) }) {
        case .keyNotFound(let key, let context): "\(key.stringValue): \(context.debugDescription)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined()): \(context.debugDescription)"
        default: nil
        }
    }

    @Test func `what does not fit is an error that names the column`() throws {
        struct Titled: Decodable { var title: String }
        struct Dued: Decodable { var due: Int }
        struct Listed: Decodable { var title: [String] }
        #expect(failure("SELECT id FROM tasks", Titled.self) == "title: The row has no column \"title\".")
        #expect(failure("SELECT NULL AS due", Dued.self) == "due: The value is NULL.")
        #expect(failure("SELECT 'x' AS due", Dued.self)?.hasPrefix("due: ") == true)
        #expect(failure("SELECT 1.5 AS due", Dued.self)?.hasPrefix("due: ") == true)
        #expect(failure("SELECT 'x' AS title", Listed.self) == "title: A column holds a single value.")
        #expect(failure("SELECT 1, 2", Int.self) == ": The row has 2 columns, not one.")
        #expect(failure("SELECT 300", UInt8.self)?.contains("UInt8") == true)
        #expect(failure("SELECT 2", Bool.self)?.contains("Bool") == true)
    }

    @Test func `nothing inserted is read as SQL`() throws {
        let hostile = "x'; DROP TABLE tasks; --"
        let query: SqlQuery = "SELECT title FROM tasks WHERE title = \(hostile) OR id = \(1)"
        #expect(query.text == "SELECT title FROM tasks WHERE title = ? OR id = ?")
        #expect(query.bindings == [.text(hostile), 1])
        #expect(try sql(query).map(\.values) == [["one"]])
        try sql("UPDATE tasks SET title = \(hostile) WHERE id = 3")
        #expect(try sql("SELECT title FROM tasks WHERE id = 3", as: String.self) == [hostile])
        #expect(throws: DurableObjectError.self) { try sql("SELECT '\(hostile)'") }
        #expect(try sql("SELECT 1 AS \(identifier: "a\" FROM tasks; --")")[0].columnNames == ["a\" FROM tasks; --"])
    }

    @Test func `arrays stand for several parameters, nil for NULL, bytes for a blob`() throws {
        let ids = [1, 3]
        let none: [Int] = []
        let absent: Int? = nil
        #expect(try sql("SELECT id FROM tasks WHERE id IN (\(ids)) ORDER BY id", as: Int.self) == [1, 3])
        #expect(try sql("SELECT id FROM tasks WHERE id IN (\(none))", as: Int.self) == [])
        #expect(try sql("SELECT \(absent), \(nil), \([UInt8(9)])")[0].values == [.null, .null, .blob([9])])
        #expect(try sql("SELECT id FROM tasks WHERE title = \(Title.two)", as: Int.self) == [2])
        try sql("INSERT INTO tasks (id, title) VALUES (\(["4", "four"]))")
        #expect(try sql("SELECT title FROM tasks WHERE id = 4", as: String.self) == ["four"])
    }
}
