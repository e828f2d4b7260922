import DurableActorsTestKit
import Testing
import Workflows

@testable import Examples

@Suite struct FanOutTests {
    private struct Refused: Error {}
    private let notes = Notes()

    @Test(arguments: [false, true])
    func `a part that fails twice is tried again alone, and all are added up`(restarts: Bool) throws {
        let host = try host(of: FanOut.self) { [notes] part in
            if notes.note(part) < 3, part == "to be" { throw Refused() }
            return part.split(separator: " ").reduce(into: [:]) { $0[String($1), default: 0] += 1 }
        }
        try host.create("a", ["or not", "to be", "that is to be"])
        #expect(notes.all.sorted() == ["or not", "that is to be", "to be"])
        try host.advance(by: .seconds(15))
        if restarts { try host.crash() }
        try host.advance(by: .milliseconds(14_999))
        #expect(try host.status(of: "a").status == .waiting)
        try host.advance(by: .milliseconds(1))
        #expect(
            try host.status(of: "a").output(as: [String: Int].self)
                == ["or": 1, "not": 1, "to": 2, "be": 2, "that": 1, "is": 1]
        )
        #expect(notes.all.sorted() == ["or not", "that is to be", "to be", "to be", "to be"])
    }
}
