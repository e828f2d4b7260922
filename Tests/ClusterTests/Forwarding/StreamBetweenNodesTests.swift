import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct StreamBetweenNodesTests {
    private typealias Nodes = HandlesBetweenNodes

    private func next(_ stream: RpcStream<Int>, _ nodes: Nodes) throws -> Int? {
        let number = try nodes.world.run {
            var reader = stream.makeAsyncIterator()
            return try await reader.next()
        }
        try nodes.world.settle()
        return number
    }

    @Test(arguments: [1, 3, 16])
    func `a stream of another node has all that was written, in order, and ends`(limit: Int) throws {
        let nodes = try Nodes(weather: .init(delay: 1_000_000, piece: 30))
        let there = nodes.clerk(1)
        let numbers = try nodes.world.run {
            var numbers: [Int] = []
            for try await number in try await there.count(to: 100, limit: limit, failing: false) {
                numbers.append(number)
            }
            return numbers
        }
        #expect(numbers == Array(1...100))
        try nodes.world.advance(by: .seconds(1))
        #expect(nodes.handles == [0, 0])
    }

    @Test func `a writer is held back until its reader on another node takes something`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let stream = try nodes.world.run { try await there.count(to: 10, limit: 2, failing: false) }
        try nodes.world.settle()
        #expect(nodes.notes.take() == ["1", "2", "3"])
        #expect(try next(stream, nodes) == 1)
        #expect(nodes.notes.take() == ["4"])
    }

    @Test func `a writer is held back by a reader behind a third node, as if there were none between`() throws {
        let nodes = try Nodes(nodes: 3)
        let (second, third) = (nodes.clerk(1), nodes.clerk(2))
        let stream = try nodes.world.run { try await second.count(of: third, to: 5, limit: 2) }
        try nodes.world.settle()
        #expect(nodes.notes.take() == ["1", "2", "3"])
        #expect(try next(stream, nodes) == 1)
        #expect(nodes.notes.take() == ["4"])
        let rest = try nodes.world.run { try await stream.reduce(into: []) { $0.append($1) } }
        #expect(rest == [2, 3, 4, 5])
        try nodes.world.settle()
        #expect(nodes.handles == [0, 0, 0])
    }

    @Test func `a reader on another node that cancels, or is let go, stops the writer with an error`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let stream = try nodes.world.run { try await there.count(to: 10, limit: 1, failing: false) }
        try nodes.world.settle()
        try stream.cancel(DurableObjectError(.invalidArgument, "Enough."))
        try nodes.world.settle()
        #expect(nodes.notes.take() == ["1", "2", "Enough."])
        #expect(try next(stream, nodes) == nil)
        try nodes.world.run { _ = try await there.count(to: 10, limit: 1, failing: false) }
        try nodes.world.settle()
        #expect(nodes.notes.take().last == Nodes.lost.message)
        #expect(nodes.handles == [0, 0])
    }

    @Test func `an error of the writer reaches the reader on another node, and so does a writer that is let go`() throws
    {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let failed = try nodes.failure(as: Luggage.Lost.self) {
            for try await _ in try await there.count(to: 2, limit: 1, failing: true) {}
        }
        #expect(failed == Luggage.Lost(bag: 3))
        let abandoned = try nodes.failure { for try await _ in try await there.abandoned() {} }
        #expect(abandoned == Nodes.lost)
        #expect(nodes.handles == [0, 0])
    }

    @Test func `a stream given to an object on another node is read there, and stops its writer when it returns`()
        throws
    {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let (stream, writer) = RpcStream<Int>.make(limit: 1)
        let sum = nodes.world.start { try await there.sum(stream, first: 3) }
        let written = nodes.world.start { for number in 1...10 { try await writer.write(number) } }
        try nodes.world.settle()
        #expect(try sum.result?.get() == 6)
        #expect(written.failure() == Nodes.lost)
        #expect(nodes.handles == [0, 0])
        let again = try nodes.failure { _ = try await there.sum(stream, first: 1) }
        #expect(again?.message == "This ReadableStream is currently locked to a reader.")
    }

    @Test func `both ends of a stream hear of a link that is cut`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let stream = try nodes.world.run { try await there.count(to: 10, limit: 1, failing: false) }
        #expect(try next(stream, nodes) == 1)
        nodes.cluster.network.cutAll()
        try nodes.world.settle()
        #expect(nodes.notes.take() == ["1", "2", "3", Nodes.lost.message])
        let error = try nodes.failure { for try await _ in stream {} }
        #expect(error == Nodes.lost)
        #expect(nodes.handles == [0, 0])
    }

    @Test func `elements of a stream carry callbacks`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let (questions, writer) = RpcStream<Clerk.Question>.make(limit: 1)
        let answers = nodes.world.start { try await there.askStream(questions, 10) }
        let written = nodes.world.start {
            for number in 1...3 { try await writer.write(RpcCallback { $0 + number }) }
            writer.finish()
        }
        try nodes.world.settle()
        #expect(try answers.result?.get() == [11, 12, 13])
        #expect(written.failure(as: DurableObjectError.self) == nil)
        #expect(nodes.handles == [0, 0])
    }

    @Test func `a stub of an object goes along by its name, and asks by whichever node has it`() throws {
        let nodes = try Nodes(nodes: 3)
        let (here, second, third) = (nodes.clerk(0), nodes.clerk(1), nodes.clerk(2))
        let names = try nodes.world.run {
            [
                try await second.name(of: here), try await second.name(of: third), try await second.name(of: second),
                try await second.colleague(third)[0].name(),
            ]
        }
        let known = [here, third, second, third].map { $0.id.objectId.name }
        #expect(names == known)
    }

    @Test func `a stub of a target, which closures call, does not leave its node`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let error = try nodes.failure { _ = try await there.target() }
        #expect(
            error?.message
                == "Could not serialize object of type \"RpcStub\". This type does not support serialization."
        )
        #expect(error?.name == "DataCloneError")
    }

    @Test func `a stub of a facet does not leave its parent's node`() throws {
        let nodes = try Nodes()
        let there = nodes.clerk(1)
        let error = try nodes.failure { _ = try await there.facet() }
        #expect(error?.message == "Stubs pointing to Durable Object facets are not serializable.")
        #expect(error?.name == "DataCloneError")
    }
}
