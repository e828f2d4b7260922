import Cluster
import DurableActors
import DurableActorsTestKit
import Locks
import Testing

/// One link for each pair of nodes, from the first stream to the goodbye.
@Suite struct PeerLinksTests {
    @Test func `when both connect at once one connection stays, and no stream is lost`() throws {
        var connections: Set<Int> = []
        for seed in UInt64(0)..<200 {
            let world = SimulatedWorld(seed: seed)
            let network = SimulatedNetwork(world)
            network.weather = .init(delay: 20_000_000, piece: seed % 2 == 0 ? .max : 40)
            let (a, b) = (TestNode("a", network, echoes: true), TestNode("b", network, echoes: true))
            TestNode.introduce(a, b)
            var ears: [Ear] = []
            if seed % 5 == 0 {
                ears.append(try a.open("b", [9], kind: 0).ear)
                try world.advance(by: .milliseconds(200))
            }
            for number in UInt8(0)..<8 {
                ears.append(try a.open("b", [number]).ear)
                ears.append(try b.open("a", [number]).ear)
                if seed % 3 > 0 { try world.advance(by: .milliseconds(Int(seed % 7) * 3)) }
            }
            try world.advance(by: .seconds(2))
            let order = (UInt8(0)..<8).map { [$0] }
            #expect(a.accepted.all.map(\.opening) == order, "seed \(seed)")
            #expect(b.accepted.all.filter { $0.kind > 0 }.map(\.opening) == order, "seed \(seed)")
            #expect(ears.allSatisfy { $0.failure == nil && $0.messages.count == 1 }, "seed \(seed)")
            #expect(network.open.count == 1, "seed \(seed)")
            connections.insert(network.dials)
        }
        // Both have happened: one of them was first, and both at once.
        #expect(connections == [1, 2])
    }

    @Test func `a node that has started again is taken for what it is`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let (a, b) = (TestNode("a", network), TestNode("b", network))
        TestNode.introduce(a, b)
        let (ear, _) = try a.open("b", [1])
        try world.settle()
        // The old life says nothing any more; its successor connects by itself.
        for pipe in network.open { pipe.freeze() }
        let successor = TestNode("b", network)
        TestNode.introduce(a, successor, epoch: 2)
        _ = try successor.open("a", [2])
        try world.settle()
        #expect(ear.failure == .lost(mayHaveArrived: true))
        #expect(a.accepted.all.map(\.opening) == [[2]])
        _ = try a.open("b", [3])
        try world.settle()
        #expect(successor.accepted.all.map(\.opening) == [[3]])
        #expect(network.dials == 2)
    }

    @Test func `a side that has lost the link alone makes another, which takes its place`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let (a, b) = (TestNode("a", network), TestNode("b", network))
        TestNode.introduce(a, b)
        for (first, second) in [(a, b), (b, a)] {
            let (ear, _) = try first.open(second.name, [1])
            try world.settle()
            let pipe = try #require(network.open.last)
            // The side that had not connected hears of the end.
            pipe.freeze()
            pipe.ends.1.thaw()
            pipe.ends.1.lose("reset")
            let (again, _) = try second.open(first.name, [2])
            try world.settle()
            #expect(ear.failure == .lost(mayHaveArrived: true))
            #expect(again.failure == nil)
            #expect(first.accepted.all.last?.opening == [2])
        }
    }

    @Test func `nodes hear of each other's epochs`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let heard = Mutex<[String]>([])
        let (a, b) = (
            TestNode(
                "a",
                network,
                heard: { peer, epoch in heard.withLock { $0.append("a heard \(epoch) of \(peer)") } }
            ),
            TestNode(
                "b",
                network,
                heard: { peer, epoch in heard.withLock { $0.append("b heard \(epoch) of \(peer)") } }
            )
        )
        TestNode.introduce(a, epoch: 1)
        TestNode.introduce(a, b, epoch: 3)
        a.links.setPeers([.init(name: "b", peerAddress: "b")], epoch: 4)
        _ = try a.open("b", [1])
        try world.settle()
        #expect(heard.withLock { $0.sorted() } == ["a heard 3 of b", "b heard 4 of a"])
    }

    @Test func `a node with another secret gets no streams, and the operator is told`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let lines = Mutex<[String]>([])
        let log = EventLog { line in lines.withLock { $0.append(line) } }
        let a = TestNode("a", network, secret: [1], log: log)
        let b = TestNode("b", network, secret: [2])
        TestNode.introduce(a, b)
        let (ear, _) = try a.open("b", [1])
        try world.advance(by: .seconds(11))
        #expect(ear.failure == .lost(mayHaveArrived: false))
        #expect(b.accepted.all.isEmpty)
        let line =
            "A link with node 'b' has ended: The peer ended the link: The peer does not know the cluster's secret"
        #expect(lines.withLock { $0.first } == line)
    }

    @Test(arguments: 1...10) func `nodes that dial each other at the same time keep one link without a word`(
        seed: Int
    ) throws {
        let world = SimulatedWorld(seed: UInt64(seed))
        let network = SimulatedNetwork(world)
        let lines = Mutex<[String]>([])
        let log = EventLog { line in lines.withLock { $0.append(line) } }
        let (a, b) = (TestNode("a", network, log: log), TestNode("b", network, log: log))
        TestNode.introduce(a, b)
        _ = (try a.open("b", [1]), try b.open("a", [2]))
        try world.advance(by: .seconds(1))
        #expect(network.dials == 2)
        #expect(network.open.count == 1)
        #expect(a.accepted.all.count == 1)
        #expect(b.accepted.all.count == 1)
        #expect(lines.withLock { $0 } == [])
    }

    // MARK: - Goodbye

    @Test func `a node that leaves lets streams come to their end`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let (a, b) = (TestNode("a", network), TestNode("b", network))
        TestNode.introduce(a, b)
        let (ear, stream) = try a.open("b", [1])
        try world.settle()
        network.listen("b", nil)
        let pipe = try #require(network.open.first)
        pipe.hold(true)
        let leaving = world.start { await b.links.stop(within: 5_000_000_000) }
        try world.settle()
        // Said when the goodbye was on its way.
        let (late, _) = try a.open("b", [2])
        pipe.hold(false)
        try world.settle()
        #expect(leaving.result == nil)
        #expect(late.failure == .lost(mayHaveArrived: false))
        #expect(throws: LinkError.closed) { _ = try b.open("a", [3]) }
        stream.sendNow([4])
        stream.finish()
        try world.settle()
        let other = try #require(b.accepted.all.first)
        #expect(other.messages == [[4]])
        other.stream?.sendNow([5])
        other.stream?.finish()
        try world.settle()
        #expect(ear.messages == [[5]])
        #expect(ear.hasEnded)
        #expect(ear.failure == nil)
        #expect(leaving.result != nil)
        #expect(network.open.isEmpty)
        #expect(world.clock.uptimeNanoseconds == 0)
    }

    @Test func `a node that leaves does not wait for what stands while the link does`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let (a, b) = (TestNode("a", network), TestNode("b", network))
        TestNode.introduce(a, b)
        let (ear, theirs) = try a.open("b", [1])
        let (_, own) = try b.open("a", [2])
        try world.settle()
        for stream in [theirs, own, b.accepted.all[0].stream, a.accepted.all[0].stream] { stream?.stand() }
        let (_, call) = try a.open("b", [3])
        try world.settle()
        own.sendNow([4])
        let leaving = world.start { await b.links.stop(within: 5_000_000_000) }
        try world.settle()
        #expect(leaving.result == nil)
        call.finish()
        b.accepted.all[1].stream?.finish()
        try world.settle()
        #expect(leaving.result != nil)
        #expect(ear.failure == .lost(mayHaveArrived: true))
        #expect(a.accepted.all[0].messages == [[4]])
        #expect(world.clock.uptimeNanoseconds == 0)
    }

    @Test func `a node that leaves does not wait longer than it was told`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let (a, b) = (TestNode("a", network), TestNode("b", network))
        TestNode.introduce(a, b)
        let (ear, _) = try a.open("b", [1])
        try world.settle()
        let leaving = world.start { await b.links.stop(within: 5_000_000_000) }
        try world.advance(by: .milliseconds(4999))
        #expect(leaving.result == nil)
        try world.advance(by: .milliseconds(1))
        #expect(leaving.result != nil)
        #expect(ear.failure == .lost(mayHaveArrived: true))
        #expect(b.accepted.all[0].failure == .lost(mayHaveArrived: true))
    }

    @Test func `a link to a node that is no longer a member stays while that one keeps it, and is not sought`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let (a, b) = (TestNode("a", network, echoes: true), TestNode("b", network, echoes: true))
        TestNode.introduce(a, b)
        let (ear, stream) = try a.open("b", [1])
        try world.settle()
        a.links.setPeers([], epoch: 2)
        try world.settle()
        let (other, _) = try a.open("b", [2])
        stream.finish()
        b.accepted.all[0].stream?.finish()
        try world.settle()
        #expect(ear.messages == [[1]])
        #expect(ear.hasEnded)
        #expect(other.messages == [[2]])
        network.cutAll()
        let (lost, _) = try a.open("b", [4])
        try world.advance(by: .seconds(9))
        #expect(network.dials == 1)
        try world.advance(by: .seconds(2))
        #expect(lost.failure == .lost(mayHaveArrived: false))
        // It may come back.
        a.links.setPeers([.init(name: "b", peerAddress: "b")], epoch: 3)
        let (again, _) = try a.open("b", [3])
        try world.settle()
        #expect(again.messages == [[3]])
    }

    // MARK: - Taking messages by a task

    @Test func `an inbox gives messages in order, then the end, and credit as they are taken`() throws {
        let world = SimulatedWorld(seed: 1)
        let network = SimulatedNetwork(world)
        let (a, b) = (TestNode("a", network), TestNode("b", network))
        TestNode.introduce(a, b)
        let inbox = LinkInbox()
        let stream = try a.links.link(to: "b").open(kind: 1, message: [], receiver: inbox)
        try world.settle()
        let back = try #require(b.accepted.all.first?.stream)
        let writing = world.start {
            for number in 0..<2000 { try await back.send([UInt8](repeating: UInt8(number % 251), count: 1000)) }
            back.finish()
        }
        try world.settle()
        #expect(writing.result == nil)
        let taken = try world.run {
            var taken: [UInt8] = []
            while let message = try await inbox.next() { taken.append(message[0]) }
            return taken
        }
        #expect(taken == (0..<2000).map { UInt8($0 % 251) })
        stream.reset(.cancelled)
        let other = LinkInbox()
        _ = try a.links.link(to: "b").open(kind: 1, message: [], receiver: other)
        try world.settle()
        b.accepted.all[1].stream?.sendNow([7])
        try world.settle()
        network.cutAll()
        let outcome = try world.run {
            let first = try await other.next()
            do {
                _ = try await other.next()
                return (first, LinkError?.none)
            } catch {
                return (first, error as? LinkError)
            }
        }
        #expect(outcome.0 == [7])
        #expect(outcome.1 == .lost(mayHaveArrived: true))
    }
}
