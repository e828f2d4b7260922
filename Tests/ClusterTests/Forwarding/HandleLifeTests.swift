import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// How long a handle on another node lives, and what is left of it.
@Suite struct HandleLifeTests {
    private typealias Nodes = HandlesBetweenNodes

    @Test func `DO 178: a parameter on another node is disposed when the call returns, a duplicate is not`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let error = try nodes.failure {
            try await there.keep(RpcCallback { $0 }, duplicated: false)
            _ = try await there.askKept(1)
        }
        #expect(error == nodes.remote(Nodes.disposed, from: there))
        #expect(nodes.handles == [0, 0])
        let answer = try nodes.world.run {
            try await there.keep(RpcCallback { $0 + 1 }, duplicated: true)
            return try await there.askKept(1)
        }
        #expect(answer == 2)
        #expect(nodes.handles == [1, 0])
        try nodes.world.run { try await there.letGo() }
        try nodes.world.settle()
        #expect(nodes.handles == [0, 0])
    }

    @Test func `the caller's own handle outlives the call, and one that is returned its parameter`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let answers = try nodes.world.run {
            let question = Clerk.Question { $0 * 10 }
            let echoed = try await there.echo(question)
            question.dispose()
            return [try await echoed(1), try await echoed(2)]
        }
        #expect(answers == [10, 20])
        try nodes.world.settle()
        #expect(nodes.handles == [0, 0])
    }

    @Test func `DO 179: a disposer runs once when whoever kept the last handle there is reset, or leaves memory`()
        throws
    {
        let nodes = try Nodes()
        let notes = nodes.notes
        let there = nodes.clerk(1)
        for ending in ["reset", "evicted"] {
            try nodes.world.run {
                let question = Clerk.Question {
                    $0
                } onDisposed: {
                    notes.add("gone: \(ending)")
                }
                try await nodes.clerk(1).keep(question, duplicated: true)
            }
            try nodes.world.settle()
            #expect(notes.take() == [])
            if ending == "reset" { _ = try nodes.failure { try await there.abort() } }
            try nodes.world.advance(by: .seconds(60))
            #expect(notes.take() == ["gone: \(ending)"])
            #expect(nodes.handles == [0, 0])
        }
    }

    @Test func `an object stays in memory while a handle of it lives on another node, and no longer`() throws {
        let nodes = try Nodes()
        let (there, known) = (nodes.clerk(1), nodes.clerk(1, from: 1))
        let tally = try nodes.world.run { try await there.tally() }
        try nodes.world.advance(by: .seconds(60))
        #expect(try nodes.world.run { await isInMemory(known) })
        #expect(try nodes.world.run { try await tally(4) } == 4)
        tally.dispose()
        try nodes.world.advance(by: .seconds(60))
        #expect(try nodes.world.run { await isInMemory(known) } == false)
        #expect(nodes.notes.take() == ["tally gone at 4"])
    }

    @Test func `handles of an object that was reset fail with what reset it`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let tally = try nodes.world.run { try await there.tally() }
        _ = try nodes.failure { try await there.abort() }
        let error = try nodes.failure { _ = try await tally(1) }
        #expect(error?.message == "Over." && error?.durableObjectReset == true && error?.remote == true)
        tally.dispose()
        try nodes.world.settle()
        #expect(nodes.notes.take() == [])
        #expect(nodes.handles == [0, 0])
    }

    @Test func `a call that is cut off is lost, as are all later ones, and whoever made the handle hears of its end`()
        throws
    {
        let nodes = try Nodes()
        let notes = nodes.notes
        let there = nodes.clerk(1)
        let (held, release) = RpcStream<Int>.make()
        let question = Clerk.Question {
            var reader = held.makeAsyncIterator()
            return try await reader.next() ?? $0
        } onDisposed: {
            notes.add("gone")
        }
        try nodes.world.run { try await there.keep(question, duplicated: true) }
        let tally = try nodes.world.run { try await there.tally() }
        question.dispose()
        let asking = nodes.world.start { try await nodes.clerk(1, from: 1).askKept(1) }
        try nodes.world.settle()
        #expect(asking.result == nil && notes.take() == [])
        nodes.cluster.network.cutAll()
        try nodes.world.settle()
        #expect(asking.failure() == nodes.remote(Nodes.lost, from: there))
        #expect(Set(notes.take()) == ["gone", "tally gone at 0"])
        #expect(nodes.handles == [0, 0])
        // The closure, which has begun, goes on; nobody waits for it.
        release.finish()
        try nodes.world.advance(by: .seconds(1))
        #expect(try nodes.failure { _ = try await there.askKept(1) } == nodes.remote(Nodes.lost, from: there))
        #expect(try nodes.failure { _ = try await tally(1) } == nodes.remote(Nodes.lost))
        #expect(try nodes.world.run { try await there.ask(RpcCallback { $0 }, 7) } == 7)
        #expect(nodes.handles == [0, 0])
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `wherever a link is cut nothing is left behind, and no call hangs`(seed: UInt64) throws {
        let nodes = try Nodes(seed: seed, nodes: 3, weather: .init(delay: 2_000_000, piece: 50))
        let (there, further) = (nodes.clerk(1), nodes.clerk(2))
        let calls = (0..<6).map { number in
            nodes.world.start {
                switch number % 3 {
                case 0: _ = try await there.pass(RpcCallback { $0 }, to: nodes.clerk(2), 1)
                case 1: _ = try await further.ask(try await there.tally(), 2)
                default:
                    for try await _ in try await there.count(of: further, to: 50, limit: 2) {}
                }
            }
        }
        try nodes.world.advance(by: .milliseconds(Int64(seed) * 2))
        nodes.cluster.network.cutAll()
        try nodes.world.advance(by: .seconds(30))
        #expect(calls.allSatisfy { $0.result != nil })
        #expect(nodes.handles == [0, 0, 0])
    }

    @Test func `what is handed on to a third node is called through the second, and ends with either`() throws {
        let nodes = try Nodes(nodes: 3)
        let notes = nodes.notes
        let (second, third) = (nodes.clerk(1), nodes.clerk(2))
        let question = Clerk.Question {
            $0 + 1
        } onDisposed: {
            notes.add("gone")
        }
        #expect(try nodes.world.run { try await second.pass(question, to: third, 1) } == 2)
        try nodes.world.settle()
        #expect(nodes.handles == [0, 0, 0])
        try nodes.world.run { try await second.keep(question, in: third) }
        question.dispose()
        #expect(nodes.handles == [1, 1, 0])
        #expect(try nodes.world.run { try await third.askKept(2) } == 3)
        #expect(notes.take() == [])
        try nodes.world.run { try await third.letGo() }
        try nodes.world.settle()
        #expect(notes.take() == ["gone"])
        #expect(nodes.handles == [0, 0, 0])
    }

    @Test func `what cannot be read or written leaves no handle behind`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        for (luggage, bag) in [(Luggage(isLostAtStart: true), 1), (Luggage(isLostAtEnd: true), 2)] {
            let taken = try nodes.failure(as: Luggage.Lost.self) { try await there.take(luggage, RpcCallback { $0 }) }
            #expect(taken == Luggage.Lost(bag: bag))
            #expect(nodes.handles == [0, 0])
        }
        #expect(
            try nodes.failure(as: Luggage.Lost.self) { _ = try await there.give(Luggage(isLostAtEnd: true)) } != nil
        )
        #expect(nodes.handles == [0, 0])
    }

    @Test func `a node holds no more handles of another one than it may, and is told so`() throws {
        var settings = ClusterSettings()
        settings.handles = 2
        let nodes = try Nodes(settings: settings)
        let there = nodes.clerk(1)
        let tallies = try nodes.world.run { [try await there.tally(), try await there.tally()] }
        let error = try nodes.failure { _ = try await there.tally() }
        #expect(error?.message == "The node a holds too many callbacks and streams of this one: at most 2.")
        #expect(error?.code == .overloaded && error?.overloaded == true)
        let questions: [String: [Clerk.Question?]] = ["": (0..<3).map { _ in RpcCallback { $0 } }]
        let given = try nodes.failure { _ = try await there.askEach(questions, 1) }
        #expect(given?.message == "The node b holds too many callbacks and streams of this one: at most 2.")
        #expect(nodes.handles == [0, 2])
        for tally in tallies { tally.dispose() }
        try nodes.world.settle()
        #expect(nodes.handles == [0, 0])
        #expect(try nodes.world.run { try await there.tally()(1) } == 1)
    }
}
