import Testing

/// The checker, on texts that are bad on purpose.
@Suite struct TidyRulesTests {
    private let rules = TidyRules()

    @Test(arguments: [
        ("DurableActors/Storage/Rows.swift", "import CLMDB\n"),
        ("DurableActors/Activation/Cell.swift", "internal import AgentHost\n"),
        ("DurableActors/Fetch/Request.swift", "public import Foundation\n"),
        ("Workflows/Engine/Run.swift", "@preconcurrency import Sandbox\n"),
        ("Sandbox/Client/Link.swift", "import struct DurableActors.World\n"),
        ("AgentHost/HTTP/Parser.swift", "import CLinux\n"),
        ("AgentHost/Net/Listener.swift", "import TaskAgent\n"),
    ])
    func `an import against the table is found`(path: String, text: String) {
        let found = rules.violations(inSource: path, text)
        #expect(found.count == 1)
        #expect(found.first?.contains("imports") == true)
    }

    @Test(arguments: [
        ("let now = Date()\n", "uses Date()"),
        ("try await Task.sleep(for: .seconds(1))\n", "uses Task.sleep"),
        ("let clock = ContinuousClock()\n", "uses ContinuousClock"),
        ("let dice = Int.random(in: 1...6)\n", "uses .random("),
        ("    print(\"here\")\n", "uses print("),
        ("Task.detached { }\n", "uses Task.detached"),
        ("let value = try! decode()\n", "uses try!"),
    ])
    func `a banned call is found in a room without the right`(text: String, message: String) {
        #expect(
            rules.violations(inSource: "DurableActors/Alarms/A.swift", text) == [
                "DurableActors/Alarms/A.swift " + message
            ]
        )
    }

    @Test func `a banned call is allowed in its room and in comments`() {
        #expect(rules.violations(inSource: "DurableActors/Runtime/Clock.swift", "let now = Date()\n").isEmpty)
        #expect(rules.violations(inSource: "task-agent/main.swift", "print(\"hello\")\n").isEmpty)
        #expect(rules.violations(inSource: "DurableActors/Activation/C.swift", "Task.detached {}\n").isEmpty)
        let comments = "/// Never `Task.sleep`.\nlet x = 1  // not Date() either\nblueprint(x)\nbook.print(x)\n"
        #expect(rules.violations(inSource: "DurableActors/Alarms/A.swift", comments).isEmpty)
    }

    @Test(arguments: [
        "let pointer = unsafe base + 1\n", "final class Box: @unchecked Sendable {}\n",
        "nonisolated(unsafe) var count = 0\n", "unowned(unsafe) var previous: Box?\n",
    ])
    func `an unsafe line needs a room and a proof`(line: String) {
        let path = "DurableActors/Activation/Cell.swift"
        #expect(rules.violations(inSource: path, line) == ["\(path) is unsafe without a proof"])
        #expect(rules.violations(inSource: path, "// Safe because it is a sample.\n" + line).isEmpty)
        let gate = "DurableActors/Gates/Gate.swift"
        #expect(
            rules.violations(inSource: gate, "// Safe because it is a sample.\n" + line) == [
                "\(gate) is unsafe outside the rooms for that"
            ]
        )
    }

    @Test func `a file of over three hundred lines is found and one of three hundred is not`() {
        let path = "DurableActors/Fetch/Long.swift"
        #expect(rules.violations(inSource: path, String(repeating: "\n", count: 300)).isEmpty)
        #expect(rules.violations(inSource: path, String(repeating: "\n", count: 301)) == ["\(path) has 301 lines"])
    }

    @Test(arguments: [
        "// TODO later\n", "// fixme\n", "// see ../shared/notes\n", "// as requested\n", "// Issue #12\n",
        "// a hack\n", "/// What the brief says.\n",
    ])
    func `talk that is not of the project is found in comments too`(text: String) {
        #expect(rules.violations(inAny: "DurableActorsTests/A.swift", text).count == 1)
        #expect(rules.violations(inSource: "DurableActors/Fetch/A.swift", text).count == 1)
    }

    @Test func `a file in a folder that nobody named is found`() {
        #expect(rules.violations(inSource: "Utilities/Misc.swift", "") == ["Utilities/Misc.swift is in no room"])
    }

    @Test func `imports are read past modifiers, attributes and kinds`() {
        let text = "public import A\n@testable import B\ninternal import struct C.D\nimport E.F\nlet important = 1\n"
        #expect(TidyRules.imports(text) == ["A", "B", "C", "E"])
    }

    @Test func `targets import one way`() {
        // A target's order is the order below; a room may import only targets before its own.
        let order = ["DurableActors", "Workflows", "AgentHost", "Sandbox", "TaskAgent", "HostClient"]
        for room in Room.all {
            guard let own = order.firstIndex(where: { room.path == $0 || room.path.hasPrefix($0 + "/") }) else {
                continue
            }
            let ahead = room.imports.intersection(order[own...])
            #expect(ahead.isEmpty, "\(room.path)")
        }
    }
}
