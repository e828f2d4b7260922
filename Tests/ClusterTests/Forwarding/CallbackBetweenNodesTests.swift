import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct CallbackBetweenNodesTests {
    private typealias Nodes = HandlesBetweenNodes

    @Test func `DO 177: a closure given to an object on another node runs where it was made and answers it`() throws {
        let nodes = try Nodes()
        let (here, there) = (nodes.clerk(0), nodes.clerk(1))
        #expect(try nodes.world.run { try await there.ask(RpcCallback { $0 + 1 }, 41) } == 42)
        let answers = try nodes.world.run {
            let tally = try await here.tally()
            return [try await there.ask(tally, 3), try await there.ask(tally, 4), try await tally(1)]
        }
        #expect(answers == [3, 7, 8])
        // One that an object there has returned is called from here.
        let far = try nodes.world.run {
            let tally = try await there.tally()
            return [try await tally(5), try await here.ask(tally, 6)]
        }
        #expect(far == [5, 11])
        try nodes.world.settle()
        #expect(nodes.handles == [0, 0])
        #expect(nodes.notes.take() == ["tally gone at 8", "tally gone at 11"])
    }

    @Test func `callbacks are found in values, and have no argument or result where they say so`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let notes = nodes.notes
        let answers = try nodes.world.run {
            try await there.signal(RpcCallback { notes.add("done") })
            let questions: [String: [Clerk.Question?]] = [
                "a": [RpcCallback { $0 + 1 }, nil], "b": [RpcCallback { $0 + 2 }, RpcCallback { $0 + 3 }],
            ]
            return try await there.askEach(questions, 10)
        }
        #expect(answers == [11, 12, 13])
        #expect(notes.take() == ["done"])
        try nodes.world.settle()
        #expect(nodes.handles == [0, 0])
    }

    @Test func `a callback takes and gives callbacks`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let answer = try nodes.world.run {
            try await there.askFor(
                RpcCallback { given in
                    let given = try given.dup()
                    return RpcCallback { try await given($0) + 1 }
                },
                4
            )
        }
        #expect(answer == 41)
        try nodes.world.settle()
        #expect(nodes.handles == [0, 0])
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a thousand calls through one handle begin in their order, although half of them wait for a write`(
        seed: UInt64
    ) throws {
        let nodes = try Nodes(seed: seed, weather: .init(delay: 2_000_000, piece: 700))
        let (here, there) = (nodes.clerk(0), nodes.clerk(1))
        let notes = nodes.notes
        let answers = try nodes.world.run {
            try await there.askAll(
                RpcCallback {
                    notes.add("\($0)")
                    return $0
                },
                1000
            )
        }
        #expect(answers.sorted() == Array(0..<1000))
        #expect(notes.take() == (0..<1000).map(String.init))
        // Each sum shows how many came before.
        let sums = try nodes.world.run { try await there.askAll(try await here.tally(), 100) }
        #expect(Set(sums) == Set((0..<100).map { $0 * ($0 + 1) / 2 }))
    }

    @Test func `an error of a callback reaches the object, and its caller, as it was thrown`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let refusal = DurableObjectError(.overloaded, "No.", name: "RangeError", retryable: true, overloaded: true)
        let error = try nodes.failure { _ = try await there.ask(RpcCallback { _ in throw refusal }, 1) }
        #expect(error == nodes.remote(refusal, from: there))
        let own = try nodes.failure(as: Luggage.Lost.self) {
            _ = try await there.ask(RpcCallback { _ in throw Luggage.Lost(bag: 9) }, 1)
        }
        #expect(own == Luggage.Lost(bag: 9))
        #expect(nodes.handles == [0, 0])
    }

    @Test func `DO 80: a callback awaited in a critical section on another node comes back into that section`() throws {
        let nodes = try Nodes()
        let (here, there) = (nodes.clerk(0), nodes.clerk(1))
        #expect(try nodes.world.run { try await here.handTo(there, alone: false) } == 5)
        #expect(try nodes.world.run { try await here.handTo(there, alone: true) } == 10)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `callbacks of many calls between nodes, in sections or outside, all come back`(seed: UInt64) throws {
        let nodes = try Nodes(seed: seed, weather: .init(delay: 1_000_000))
        let (here, there) = (nodes.clerk(0), nodes.clerk(1))
        let calls = (0..<8).map { _ in nodes.world.start { try await here.handTo(there, alone: seed % 2 == 0) } }
        try nodes.world.advance(by: .seconds(20))
        #expect(try calls.compactMap { try $0.result?.get() }.sorted() == (1...8).map { $0 * 5 })
        #expect(nodes.notes.take().count == 8)
        #expect(nodes.handles == [0, 0])
    }

    @Test func `a callback waits at its object's input gate`() throws {
        let nodes = try Nodes()
        let (here, there) = (nodes.clerk(0), nodes.clerk(1))
        let notes = nodes.notes
        let tally = try nodes.world.run { try await there.tally() }
        let section = nodes.world.start { try await there.beAlone(milliseconds: 100) }
        try nodes.world.settle()
        let call = nodes.world.start { notes.add("called: \(try await here.ask(tally, 1))") }
        try nodes.world.advance(by: .seconds(1))
        try #require(try section.result?.get() != nil && call.result?.get() != nil)
        #expect(notes.take() == ["alone no more", "called: 1"])
    }

    @Test func `a call through a handle waits for its caller's disk, and its answer for the object's`() throws {
        let nodes = try Nodes()
        let (here, there) = (nodes.clerk(0), nodes.clerk(1))
        let notes = nodes.notes
        let written = try nodes.world.run { try await there.writer() }
        nodes.world.scheduler.holdsCommits = true
        let asked = nodes.world.start {
            try await there.ask(
                RpcCallback {
                    notes.add("called")
                    return $0
                },
                1
            )
        }
        let answered = nodes.world.start { try await written(2) }
        try nodes.world.settle()
        #expect(notes.take() == [])
        #expect(asked.result == nil && answered.result == nil)
        nodes.world.scheduler.holdsCommits = false
        try nodes.world.settle()
        #expect(notes.take() == ["called"])
        #expect(try asked.result?.get() == 1)
        #expect(try answered.result?.get() == 2)
        // Nothing of an answer leaves before, the handles in it neither.
        nodes.world.scheduler.holdsCommits = true
        let returned = nodes.world.start { try await here.ask(try await there.writer(), 1) }
        try nodes.world.settle()
        #expect(returned.result == nil)
        nodes.world.scheduler.holdsCommits = false
        try nodes.world.settle()
        #expect(try returned.result?.get() == 1)
    }
}
