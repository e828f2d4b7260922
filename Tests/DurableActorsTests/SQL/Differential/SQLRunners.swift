import DurableActors
import Foundation

/// The system's `sqlite3` shell on a file of its own.
struct ShellRunner: SQLRunner {
    private static let mark = "@@"

    func answers(to steps: [SQLStep]) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sqlite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch { print("cannot remove \(folder): \(error)") }
        }
        var lines = [".mode list", "PRAGMA foreign_keys=ON;", "BEGIN;"]
        var numbers: [Int: Int] = [:]
        for (index, step) in steps.enumerated() {
            lines += Self.lines(of: step)
            numbers[lines.count] = index
            lines.append(".print \(Self.mark)")
        }
        let input = folder.appendingPathComponent("input"), output = folder.appendingPathComponent("output")
        let errors = folder.appendingPathComponent("errors")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-batch", "-init", "/dev/null", "data"]
        process.currentDirectoryURL = folder
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        var answers = String(decoding: try Data(contentsOf: output), as: UTF8.self)
            .components(separatedBy: Self.mark + "\n").dropLast()
            .map { $0.trimmingCharacters(in: .newlines) }
        guard answers.count == steps.count else { throw Failure.answers(answers.count, of: steps.count) }
        for line in String(decoding: try Data(contentsOf: errors), as: UTF8.self).split(separator: "\n") {
            guard let found = line.firstMatch(of: #/^(?:Runtime|Parse) error near line (\d+): (.*?)(?: \(\d+\))?$/#),
                let number = Int(found.1), let index = numbers[number]
            else { continue }
            answers[index] = "error: \(found.2)"
        }
        return answers
    }

    private enum Failure: Error { case answers(Int, of: Int) }

    private static func lines(of step: SQLStep) -> [String] {
        switch step {
        case .statement(let text): [text + ";"]
        case .begin: ["SAVEPOINT s;"]
        case .end(let keeps): [(keeps ? "" : "ROLLBACK TO s; ") + "RELEASE s;"]
        case .endTurn: ["COMMIT; BEGIN;"]
        case .reopen: ["COMMIT;", ".open data", "PRAGMA foreign_keys=ON; BEGIN;"]
        }
    }
}

/// `SqlStorage` over a database in memory.
struct MemoryRunner: SQLRunner {
    func answers(to steps: [SQLStep]) throws -> [String] {
        let database = try TestDatabase()
        return try steps.map { step in
            switch step {
            case .statement(let text): return Self.answer(to: text, database.sql)
            case .begin: try database.connection().execute("SAVEPOINT s")
            case .end(let keeps):
                try database.connection().execute((keeps ? "" : "ROLLBACK TO s;") + "RELEASE s")
            case .endTurn: try database.endTurn()
            case .reopen: throw Failure.forgets
            }
            return ""
        }
    }

    private enum Failure: Error { case forgets }

    /// What `sql` answers to a statement, in the words of the protocol.
    static func answer(to text: String, _ sql: SqlStorage) -> String {
        do {
            return try sql.exec(text).raw().toArray().map { row in
                row.map { value in
                    switch value {
                    case .null: ""
                    case .integer(let number): "\(number)"
                    case .real(let number): "\(number)"
                    case .text(let text): text
                    case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
                    }
                }.joined(separator: "|")
            }.joined(separator: "\n")
        } catch {
            let text = "\(error)".components(separatedBy: ": SQLITE_")[0]
            return "error: " + text.replacing(#/ at offset \d+$/#, with: "")
        }
    }
}
