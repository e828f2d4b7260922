import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct SandboxValueTests {
    @Test(
        arguments: [
            ("Az09_-", "Az09_-"), ("..", "%2E%2E"), ("a/b", "a%2Fb"), ("%", "%25"), ("é", "%C3%A9"), ("\0", "%00"),
        ]
    )
    func `an id is escaped to one path component and recognised again`(id: String, escaped: String) throws {
        #expect(try SafeName(id).text == escaped)
        #expect(SafeName(escaped: escaped)?.text == escaped)
    }

    @Test func `an id is refused when empty or too long once escaped`() throws {
        #expect(throws: SandboxError.self) { try SafeName("") }
        #expect(try SafeName(String(repeating: "x", count: 200)).text.count == 200)
        #expect(throws: SandboxError.self) { try SafeName(String(repeating: "x", count: 201)) }
        #expect(throws: SandboxError.self) { try SafeName(String(repeating: ".", count: 67)) }
        #expect(SafeName(escaped: "..") == nil)
        #expect(SafeName(escaped: "record.json.tmp") == nil)
    }

    @Test func `lines fed byte by byte are those fed whole`() throws {
        let bytes = [UInt8]("a\n\nbc\nrest".utf8)
        var whole = LineFramer()
        var single = LineFramer()
        let expected = try whole.feed(bytes)
        #expect(expected.map { String(decoding: $0, as: UTF8.self) } == ["a", "", "bc"])
        #expect(try bytes.flatMap { try single.feed([$0]) } == expected)
    }

    @Test func `a line beyond the limit is an error whether or not it ends`() throws {
        var framer = LineFramer(limit: 3)
        #expect(try framer.feed([UInt8]("abc\n".utf8)).count == 1)
        #expect(throws: LineFramer.LineTooLong.self) { try framer.feed([UInt8]("abcd".utf8)) }
        var ended = LineFramer(limit: 3)
        #expect(throws: LineFramer.LineTooLong.self) { try ended.feed([UInt8]("abcd\n".utf8)) }
    }

    @Test func `a program name cannot disturb the reading of a process entry`() throws {
        let fields = "R 7 8 9 " + (1...16).map(String.init).joined(separator: " ") + " 0 0"
        let entry = try #require(ProcessTable.Entry(stat: [UInt8]("42 (a) Z 1 1 (b) \(fields)".utf8)))
        #expect(entry.process == 42)
        #expect(!entry.isZombie)
        #expect((entry.parent, entry.group, entry.session, entry.startTicks) == (7, 8, 9, 16))
        #expect(ProcessTable.Entry(stat: [UInt8]("42 nonsense".utf8)) == nil)
    }

    @Test func `only processes below the supervisor belong to its jobs`() throws {
        func entry(_ process: Int32, parent: Int32, group: Int32, state: String = "S") -> ProcessTable.Entry? {
            ProcessTable.Entry(
                stat: [UInt8]("\(process) (x) \(state) \(parent) \(group) \(group) ".utf8)
                    + [UInt8]((1...16).map(String.init).joined(separator: " ").utf8)
            )
        }
        let entries = [
            entry(10, parent: 1, group: 10), entry(20, parent: 10, group: 20), entry(21, parent: 20, group: 20),
            entry(22, parent: 21, group: 22), entry(23, parent: 10, group: 20), entry(24, parent: 10, group: 24),
            entry(25, parent: 1, group: 20), entry(26, parent: 20, group: 20, state: "Z"),
        ]
        let table = ProcessTable(entries.compactMap(\.self))
        #expect(table.entries.count == 8)
        #expect(table.members(ofJob: 20, under: 10) == [20, 21, 22, 23])
        #expect(table.descendants(of: 10) == [20, 21, 22, 23, 24])
    }
}
