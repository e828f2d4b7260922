import Foundation
import Testing

@Suite struct TidyTests {
    private let rules = TidyRules()
    /// The package's own folder, from where this file is; `TIDY_ROOT` names another.
    private let root: URL = {
        if let other = ProcessInfo.processInfo.environment["TIDY_ROOT"] { return URL(fileURLWithPath: other) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }()

    private func files(_ folder: String) throws -> [(path: String, text: String)] {
        let base = root.appendingPathComponent(folder)
        let paths = try #require(FileManager.default.enumerator(atPath: base.path)).compactMap { $0 as? String }
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            (path, try String(contentsOf: base.appendingPathComponent(path), encoding: .utf8))
        }
    }

    @Test func `every source file keeps the rules of its room`() throws {
        let files = try files("Sources")
        #expect(files.count > 100)
        let found = files.flatMap { rules.violations(inSource: $0.path, $0.text) }
        #expect(found.isEmpty, Comment(rawValue: found.joined(separator: "\n")))
    }

    @Test func `every example keeps the rules of its room`() throws {
        let files = try files("Examples")
        #expect(files.count > 6)
        let found = files.flatMap { rules.violations(inSource: "Examples/" + $0.path, $0.text) }
        #expect(found.isEmpty, Comment(rawValue: found.joined(separator: "\n")))
    }

    @Test func `every test file is short and speaks of the project alone`() throws {
        // The rules' own files name what they forbid.
        let found = try files("Tests").filter { !$0.path.hasPrefix("TidyTests/") }
            .flatMap { rules.violations(inAny: $0.path, $0.text) }
        #expect(found.isEmpty, Comment(rawValue: found.joined(separator: "\n")))
    }
}
