import Foundation
import Testing

@Suite struct ConformanceListTests {
    private func list(_ change: (inout [String]) -> Void) -> String {
        var lines = (1...190).map { "\($0) | pending | a title | a reason" }
        change(&lines)
        return "# a comment\n" + lines.joined(separator: "\n") + "\n"
    }

    @Test(arguments: [("durable-objects", 190), ("workflows", 185), ("agents", 175)])
    func `the list of conformance scenarios has every number once with a state and a reason`(
        name: String,
        count: Int
    ) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("conformance/\(name).txt")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(ConformanceList.violations(text, count: count) == [])
    }

    @Test func `a list without fault is found to have none`() {
        #expect(ConformanceList.violations(list { $0[3] = "4 | test | a title" }) == [])
    }

    @Test func `a number left out, twice or too many is found`() {
        #expect(ConformanceList.violations(list { $0.remove(at: 4) }) == ["6 stands where 5 should"])
        #expect(
            ConformanceList.violations(list { $0.insert($0[4], at: 4) }) == ["5 stands where 6 should"]
        )
        #expect(ConformanceList.violations(list { $0.removeLast() }) == ["the last number is 189 and not 190"])
        #expect(
            ConformanceList.violations(list { $0.append("191 | test | a title") }) == [
                "the last number is 191 and not 190"
            ]
        )
    }

    @Test(arguments: [
        ("2 | done | a title", "2 has no known state or no title"),
        ("2 | test", "2 has no known state or no title"),
        ("2 | pending |  | a reason", "2 has no known state or no title"),
        ("2 | not portable | a title", "2 has no reason"),
        ("2 | pending | a title | ", "2 has no reason"),
        ("2 | test | a title | a reason", "2 has a test and a reason to have none"),
    ])
    func `an entry that says too little or too much is found`(line: String, violation: String) {
        #expect(ConformanceList.violations(list { $0[1] = line }) == [violation])
    }
}
