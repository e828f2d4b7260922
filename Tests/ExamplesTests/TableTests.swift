import Foundation
import Testing

@Suite struct TableTests {
    private let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs")

    /// The lines of the files that a cell links to, without blank ones and comments.
    private func lines(of cell: String) throws -> Int {
        try cell.matches(of: /\]\(([^)]*)\)/).reduce(0) { sum, link in
            let text = try String(contentsOf: docs.appendingPathComponent(String(link.1)), encoding: .utf8)
            let code = text.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }
                .filter { !$0.isEmpty && !$0.hasPrefix("//") }
            return sum + code.count
        }
    }

    @Test func `the page of the examples tells how long they are`() throws {
        let page = try String(contentsOf: docs.appendingPathComponent("examples.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.contains(".swift)") && $0.hasPrefix("|") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(rows.count == 12)
        for row in rows {
            #expect(try Int(row[2]) == lines(of: row[1]), "\(row[0]) in TypeScript")
            #expect(try Int(row[4]) == lines(of: row[3]), "\(row[0]) in Swift")
        }
    }
}
