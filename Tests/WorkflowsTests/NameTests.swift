import Testing

@testable import Workflows

@Suite struct NameTests {
    @Test(
        arguments: [
            ("1000", 1000), ("1 second", 1000), ("1 seconds", 1000), ("10 minutes", 600_000), ("30.5 seconds", 30_500),
            ("2   hours", 7_200_000), ("1 day", 86_400_000), ("1 week", 604_800_000), ("1 month", 2_592_000_000),
            ("1 year", 31_557_600_000), ("5 ms", 5), ("7 milliseconds", 7), ("-2 seconds", -2000), ("0", 0),
        ] as [(String, Int64)]
    )
    func `a duration is a number of milliseconds, or a number and a unit`(text: String, milliseconds: Int64) {
        #expect(WorkflowDuration(text).milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", " ", "10m", "456apple", "i like trains", "10 foo", "10 m", "10 s", "10 Hours", "ten minutes", "nan", "inf",
        "1e400 seconds", "10\tminutes", "1 2 minutes", "infinity years", " 1 second",
    ])
    func `anything else is no duration`(_ text: String) {
        #expect(WorkflowDuration(text).milliseconds == nil)
    }

    @Test func `a duration is made from literals of milliseconds and from Swift's own`() {
        #expect((1500 as WorkflowDuration).milliseconds == 1500)
        #expect(WorkflowDuration(.milliseconds(2500)).milliseconds == 2500)
        #expect(WorkflowDuration(.seconds(Int64.max)).milliseconds == nil)
    }

    @Test(arguments: ["*/30 * * * *-1786001400000", "0 0 * * MON#2-1786001400000", String(repeating: "a", count: 271)])
    func `an existing instance may have the id a schedule gave it`(_ id: String) {
        #expect(WorkflowNames.isInstanceId(id))
    }

    @Test(arguments: ["0 0 * * MON?2-1786001400000", "invalid!", "", String(repeating: "a", count: 272)])
    func `no instance has an id of other characters`(_ id: String) {
        #expect(!WorkflowNames.isInstanceId(id))
    }

    @Test(arguments: [("my-flow", true), ("_x", true), ("", false), ("-x", false), ("a b", false), ("é", false)])
    func `a workflow's name is a word`(name: String, isName: Bool) {
        #expect(WorkflowNames.isWorkflowName(name) == isName)
        #expect(!WorkflowNames.isWorkflowName(name + String(repeating: "x", count: 65)))
    }

    @Test(arguments: [("a", 12), ("a-1", 2), ("", 1), ("\u{301}", 3), ("d0000000000000001", 9)] as [(String, Int)])
    func `a step's key is read back from its text, whatever the name`(name: String, count: Int) throws {
        let key = StepKey(family: StepKey.Family(.call, name), count: count)
        #expect(StepKey(text: key.text[...]) == key)
    }

    @Test func `keys of different steps differ`() {
        let keys = [("a", 12), ("a-1", 2), ("a1", 2), ("a", 2)].flatMap { name, count in
            [StepKey.Kind.call, .sleep, .wait, .fact].map {
                StepKey(family: StepKey.Family($0, name), count: count).text
            }
        }
        #expect(Set(keys).count == keys.count)
    }
}
