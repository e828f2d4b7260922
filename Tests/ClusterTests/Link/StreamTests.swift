import Cluster
import DurableActorsTestKit
import Testing

/// Streams between two nodes, as those who use them see them.
@Suite struct StreamTests {
    let world = SimulatedWorld(seed: 1)

    private func pair(limits: LinkLimits = LinkLimits()) -> (SimulatedNetwork, TestNode, TestNode) {
        let network = SimulatedNetwork(world)
        let (a, b) = (TestNode("a", network, limits: limits), TestNode("b", network, limits: limits))
        TestNode.introduce(a, b)
        return (network, a, b)
    }

    @Test func `a stream carries its opening, messages both ways and both ends`() throws {
        let (_, a, b) = pair()
        let (ear, stream) = try a.open("b", [1, 2, 3], kind: 9)
        stream.sendNow([4])
        stream.sendNow([])
        stream.finish()
        try world.settle()
        let other = try #require(b.accepted.all.first)
        #expect(other.peer == "a")
        #expect(other.kind == 9)
        #expect(other.opening == [1, 2, 3])
        #expect(other.messages == [[4], []])
        #expect(other.hasEnded)
        other.stream?.sendNow([5, 6])
        other.stream?.finish()
        try world.settle()
        #expect(ear.messages == [[5, 6]])
        #expect(ear.hasEnded)
        #expect(ear.failure == nil)
    }

    @Test func `what is sent until the transport's turn leaves in one write`() throws {
        let (network, a, b) = pair()
        let (_, first) = try a.open("b", [0])
        try world.settle()
        let end = try #require(network.open.first).ends.0
        let before = end.writes
        for number in UInt8(0)..<100 {
            let (_, stream) = try a.open("b", [number])
            stream.sendNow([1])
            stream.finish()
            first.sendNow([number])
        }
        try world.settle()
        #expect(end.writes == before + 1)
        #expect(b.accepted.all.count == 101)
        #expect(b.accepted.all[0].messages.count == 100)
        #expect(b.accepted.all.dropFirst().allSatisfy { $0.messages == [[1]] && $0.hasEnded })
    }

    @Test func `one connection serves both directions and all streams`() throws {
        let (network, a, b) = pair()
        for number in UInt8(0)..<10 { _ = try a.open("b", [number]) }
        try world.settle()
        for number in UInt8(0)..<10 { _ = try b.open("a", [number]) }
        try world.settle()
        #expect(network.dials == 1)
        #expect(b.accepted.all.map(\.opening) == (UInt8(0)..<10).map { [$0] })
        #expect(a.accepted.all.map(\.opening) == (UInt8(0)..<10).map { [$0] })
    }
}
