import Cluster
import DurableActorsTestKit
import Testing

/// How streams and links end, and come back.
@Suite struct LinkLifeTests {
    let world = SimulatedWorld(seed: 3)
    let network: SimulatedNetwork
    let a: TestNode
    let b: TestNode

    init() {
        network = SimulatedNetwork(world)
        (a, b) = (TestNode("a", network), TestNode("b", network))
        TestNode.introduce(a, b)
    }

    private func second(_ number: Double) -> UInt64 { UInt64(number * 1_000_000_000) }

    // MARK: - Time

    @Test func `a stream without a link fails at its deadline`() throws {
        network.listen("b", nil)
        let (ear, stream) = try a.open("b", [1], deadline: second(2))
        stream.sendNow([2])
        try world.advance(by: .milliseconds(1999))
        #expect(ear.failure == nil)
        try world.advance(by: .milliseconds(1))
        #expect(ear.failure == .deadlineExceeded)
        #expect(throws: LinkError.closed) { try world.run { try await stream.send([3]) } }
        #expect(throws: LinkError.deadlineExceeded) { _ = try a.open("b", [1], deadline: second(2)) }
    }

    @Test func `a stream without a deadline waits for a link for ten seconds`() throws {
        network.listen("b", nil)
        let (ear, _) = try a.open("b", [1])
        let (later, _) = try a.open("b", [1], deadline: second(30))
        try world.advance(by: .milliseconds(9999))
        #expect(ear.failure == nil)
        try world.advance(by: .milliseconds(1))
        #expect(ear.failure == .lost(mayHaveArrived: false))
        #expect(later.failure == .lost(mayHaveArrived: false))
    }

    @Test func `a deadline is known on both sides, and its end is heard on both`() throws {
        let (ear, _) = try a.open("b", [1], deadline: second(20))
        let (other, done) = try a.open("b", [2], deadline: second(20))
        done.reset(.cancelled)
        try world.settle()
        #expect(b.accepted.all.map { $0.stream?.deadline } == [second(20)])
        try world.advance(by: .milliseconds(19_999))
        #expect(ear.failure == nil)
        try world.advance(by: .milliseconds(1))
        #expect(ear.failure == .deadlineExceeded)
        #expect(b.accepted.all[0].failure == .deadlineExceeded)
        #expect(other.failure == nil)
    }

    @Test func `a cancelled stream is heard of by the other side alone`() throws {
        let (ear, stream) = try a.open("b", [1])
        try world.settle()
        stream.sendNow([2])
        stream.reset(.cancelled)
        stream.sendNow([3])
        try world.settle()
        #expect(b.accepted.all[0].failure == .cancelled)
        #expect(b.accepted.all[0].messages == [])
        #expect(ear.failure == nil)
        let (refused, _) = try a.open("b", [1])
        try world.settle()
        b.accepted.all[1].stream?.reset(.refused(code: 7, text: "not here"))
        try world.settle()
        #expect(refused.failure == .refused(code: 7, text: "not here"))
    }

    @Test func `a stream that is reset before it has left is never heard of`() throws {
        let (_, stream) = try a.open("b", [1])
        stream.reset(.cancelled)
        _ = try a.open("b", [2])
        try world.settle()
        #expect(b.accepted.all.map(\.opening) == [[2]])
    }

    // MARK: - Loss

    @Test func `a lost link fails its streams and says which openings cannot have arrived`() throws {
        let open = try a.open("b", [1])
        let halfOpen = try a.open("b", [2])
        halfOpen.stream.finish()
        let done = try a.open("b", [3])
        done.stream.finish()
        try world.settle()
        b.accepted.all[2].stream?.finish()
        try world.settle()
        for pipe in network.open { pipe.hold(true) }
        let unsent = try a.open("b", [4])
        let waiting = world.start { try await open.stream.send([UInt8](repeating: 0, count: 300_000)) }
        let stuck = world.start { try await open.stream.send([5]) }
        try world.settle()
        network.cutAll()
        try world.settle()
        #expect(open.ear.failure == .lost(mayHaveArrived: true))
        #expect(halfOpen.ear.failure == .lost(mayHaveArrived: true))
        #expect(done.ear.failure == nil)
        #expect(unsent.ear.failure == .lost(mayHaveArrived: false))
        #expect(waiting.failure(as: LinkError.self) == nil)
        #expect(stuck.failure(as: LinkError.self) == .lost(mayHaveArrived: true))
        #expect(b.accepted.all.map(\.failure) == [.lost(mayHaveArrived: true), .lost(mayHaveArrived: true), nil])
    }

    @Test func `an opening of which only a part has left cannot have arrived`() throws {
        var pair = SessionPair()
        pair.talk()
        let long = [UInt8](repeating: 0, count: 200_000)
        let number = try pair.dialler.session.open(kind: 1, message: long, deadline: nil)
        let whole = try pair.dialler.session.open(kind: 1, message: [1], deadline: nil)
        #expect(pair.dialler.session.takeOutput(atMost: 1, now: 0).count > LinkFrame.maximumPart)
        var other = pair
        pair.dialler.session.transportEnded("gone")
        #expect(
            pair.dialler.session.takeEvents() == [
                .failed(stream: number, .lost(mayHaveArrived: false)),
                .failed(stream: whole, .lost(mayHaveArrived: false)),
                .over(.transport("gone")),
            ]
        )
        // Of the other one everything has left.
        _ = other.dialler.session.takeOutput(atMost: .max, now: 0)
        other.dialler.session.transportEnded("gone")
        #expect(
            other.dialler.session.takeEvents() == [
                .failed(stream: number, .lost(mayHaveArrived: true)),
                .failed(stream: whole, .lost(mayHaveArrived: true)),
                .over(.transport("gone")),
            ]
        )
    }

    @Test func `a link that was lost is made again when it is needed`() throws {
        _ = try a.open("b", [1])
        try world.settle()
        network.cutAll()
        try world.advance(by: .seconds(60))
        #expect(network.dials == 1)
        _ = try a.open("b", [2])
        _ = try b.open("a", [3])
        try world.settle()
        #expect(b.accepted.all.map(\.opening) == [[1], [2]])
        #expect(a.accepted.all.map(\.opening) == [[3]])
        #expect(network.open.count == 1)
    }

    @Test func `attempts to connect come after growing pauses while streams wait`() throws {
        network.listen("b", nil)
        let (ear, stream) = try a.open("b", [1])
        stream.sendNow([2])
        stream.finish()
        try world.settle()
        #expect(network.dials == 1)
        try world.advance(by: .milliseconds(50))
        #expect(network.dials == 2)
        try world.advance(by: .milliseconds(100))
        #expect(network.dials == 3)
        try world.advance(by: .seconds(8))
        #expect((7...12).contains(network.dials))
        network.listen("b", b.links)
        try world.advance(by: .milliseconds(1840))
        #expect(b.accepted.all.map(\.opening) == [[1]])
        #expect(b.accepted.all[0].messages == [[2]])
        #expect(b.accepted.all[0].hasEnded)
        #expect(ear.failure == nil)
    }

    @Test func `no more streams wait for a link than may`() throws {
        var limits = LinkLimits()
        limits.waitingStreams = 2
        let c = TestNode("c", network, limits: limits)
        c.links.setPeers([.init(name: "d", peerAddress: "nowhere")], epoch: 1)
        let (_, first) = try c.open("d", [1])
        _ = try c.open("d", [2])
        #expect(throws: LinkError.full) { _ = try c.open("d", [3]) }
        first.reset(.cancelled)
        _ = try c.open("d", [3])
    }

    @Test func `a peer that does not answer is given up after fifteen seconds`() throws {
        let (ear, _) = try a.open("b", [1])
        try world.settle()
        for pipe in network.open { pipe.freeze() }
        try world.advance(by: .milliseconds(14_999))
        #expect(ear.failure == nil)
        try world.advance(by: .milliseconds(1))
        #expect(ear.failure == .lost(mayHaveArrived: true))
        #expect(b.accepted.all[0].failure == .lost(mayHaveArrived: true))
    }

    @Test func `a quiet link stays`() throws {
        let (ear, stream) = try a.open("b", [1])
        try world.advance(by: .seconds(600))
        stream.sendNow([2])
        try world.settle()
        #expect(ear.failure == nil)
        #expect(b.accepted.all[0].messages == [[2]])
        #expect(network.dials == 1)
    }
}
