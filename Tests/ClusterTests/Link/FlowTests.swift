import Cluster
import DurableActorsTestKit
import Locks
import Testing

/// Credit and bounds: who waits for whom.
@Suite struct FlowTests {
    let world = SimulatedWorld(seed: 1)
    let network: SimulatedNetwork

    init() { network = SimulatedNetwork(world) }

    /// Messages of 68 bytes cost 100 of a window of 1,000.
    private static let message = [UInt8](repeating: 1, count: 68)

    private func pair(_ change: (inout LinkLimits) -> Void = { _ in }) -> (TestNode, TestNode) {
        var limits = LinkLimits()
        limits.streamWindow = 1000
        change(&limits)
        let (a, b) = (TestNode("a", network, limits: limits), TestNode("b", network, limits: limits))
        TestNode.introduce(a, b)
        return (a, b)
    }

    /// A stream from `a` to `b`, with the end there, whose reader gives no credit back.
    private func slowStream(_ a: TestNode, _ b: TestNode) throws -> (LinkStream, Ear) {
        let (ear, stream) = try b.open("a", [0], consumes: false)
        try world.settle()
        ear.note("", 0, [], stream)
        return (try #require(a.accepted.all.last?.stream), ear)
    }

    @Test func `a stream stops exactly at its credit while another one goes on`() throws {
        let (a, b) = pair()
        let (slow, slowEar) = try slowStream(a, b)
        let (_, fast) = try a.open("b", [0])
        let sent = Mutex(0)
        let slowTask = world.start {
            for _ in 0..<30 {
                try await slow.send(Self.message)
                sent.withLock { $0 += 1 }
            }
        }
        let fastTask = world.start { for _ in 0..<300 { try await fast.send(Self.message) } }
        try world.settle()
        #expect(slowEar.messages.count == 10)
        #expect(sent.withLock { $0 } == 10)
        #expect(slowTask.result == nil)
        #expect(fastTask.result != nil)
        #expect(b.accepted.all.last?.messages.count == 300)
        // Less than half a window is not worth a frame.
        let reader = try #require(slowEar.stream)
        reader.consumed(4 * 68, messages: 4)
        try world.settle()
        #expect(slowEar.messages.count == 10)
        reader.consumed(68)
        try world.settle()
        #expect(slowEar.messages.count == 15)
        reader.consumed(10 * 68, messages: 10)
        try world.settle()
        #expect(slowEar.messages.count == 25)
        reader.consumed(10 * 68, messages: 10)
        try world.settle()
        #expect(slowEar.messages.count == 30)
        #expect(slowTask.result != nil)
    }

    @Test func `a message longer than the window passes whole, and the next one waits for it`() throws {
        let (a, b) = pair()
        let (stream, ear) = try slowStream(a, b)
        let long = [UInt8](repeating: 3, count: 300_000)
        let task = world.start {
            try await stream.send(long)
            try await stream.send([4])
        }
        try world.settle()
        #expect(ear.messages == [long])
        #expect(task.result == nil)
        ear.stream?.consumed(long.count)
        try world.settle()
        #expect(ear.messages == [long, [4]])
        #expect(task.result != nil)
    }

    @Test func `what is sent without waiting is kept in order, and told as what waits`() throws {
        let (a, b) = pair()
        let (stream, ear) = try slowStream(a, b)
        for number in UInt8(0)..<30 { stream.sendNow([number] + Self.message.dropFirst()) }
        #expect(stream.bufferedBytes == 3000)
        try world.settle()
        #expect(stream.bufferedBytes == 2000)
        #expect(ear.messages.map(\.first) == (UInt8(0)..<10).map { $0 })
        stream.finish()
        for _ in 0..<2 {
            ear.stream?.consumed(10 * 68, messages: 10)
            try world.settle()
        }
        #expect(stream.bufferedBytes == 0)
        #expect(ear.messages.map(\.first) == (UInt8(0)..<30).map { $0 })
        #expect(ear.hasEnded)
    }

    @Test func `a sender that gives up has not sent`() throws {
        let (a, b) = pair()
        let (stream, ear) = try slowStream(a, b)
        for _ in 0..<10 { stream.sendNow(Self.message) }
        let hasGivenUp = try world.run {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        try await stream.send([9])
                        return false
                    } catch { return error is CancellationError }
                }
                await world.sleep(milliseconds: 1)
                group.cancelAll()
                return await group.next() ?? false
            }
        }
        #expect(hasGivenUp)
        ear.stream?.consumed(10 * 68, messages: 10)
        stream.sendNow([8])
        try world.settle()
        #expect(ear.messages.last == [8])
        #expect(ear.messages.count == 11)
    }

    @Test func `openings arrive in their order, also behind one that is long`() throws {
        let (a, b) = pair()
        _ = try a.open("b", [0])
        try world.settle()
        let (_, busy) = try a.open("b", [1])
        _ = try a.open("b", [2] + [UInt8](repeating: 0, count: 1_000_000))
        for number in UInt8(3)..<20 {
            let (_, stream) = try a.open("b", [number])
            stream.sendNow([number])
        }
        busy.sendNow([1])
        try world.settle()
        #expect(b.accepted.all.map(\.opening.first) == (UInt8(0)..<20).map { $0 })
        #expect(b.accepted.all.map(\.messages.count) == [0, 1, 0] + [Int](repeating: 1, count: 17))
    }

    @Test func `senders wait for the network together, and go on when it does`() throws {
        let (a, b) = pair { $0.patientBytes = 1000 }
        let streams = try (0..<4).map { _ in try a.open("b", [0]).stream }
        try world.settle()
        for pipe in network.open { pipe.hold(true) }
        let tasks = streams.map { stream in
            world.start { for _ in 0..<10 { try await stream.send(Self.message) } }
        }
        try world.settle()
        #expect(streams.map(\.bufferedBytes).reduce(0, +) == 1000)
        for pipe in network.open { pipe.hold(false) }
        try world.settle()
        #expect(tasks.allSatisfy { $0.result != nil })
        #expect(b.accepted.all.map(\.messages.count) == [10, 10, 10, 10])
    }

    @Test func `a stream that floods the link fails alone`() throws {
        let (a, b) = pair { $0.queuedBytes = 5000 }
        let (ear, flood) = try a.open("b", [0], consumes: false)
        let (_, other) = try a.open("b", [1])
        try world.settle()
        for pipe in network.open { pipe.hold(true) }
        for _ in 0..<60 { flood.sendNow(Self.message) }
        other.sendNow([5])
        #expect(ear.failure == .full)
        for pipe in network.open { pipe.hold(false) }
        try world.settle()
        #expect(b.accepted.all[0].failure == .full)
        #expect(b.accepted.all[1].messages == [[5]])
    }

    @Test func `a stream that floods while it waits for a link fails as well`() throws {
        let (a, _) = pair { $0.queuedBytes = 5000 }
        network.listen("b", nil)
        let (ear, flood) = try a.open("b", [0])
        for _ in 0..<50 { flood.sendNow(Self.message) }
        #expect(flood.bufferedBytes == 5000)
        #expect(ear.failure == nil)
        flood.sendNow(Self.message)
        #expect(ear.failure == .full)
        #expect(flood.bufferedBytes == 0)
    }

    @Test func `further streams are refused where there are too many or too much is unread`() throws {
        let (a, b) = pair { limits in
            limits.maximumStreams = 2
            limits.unconsumedBytes = 500
        }
        let first = try a.open("b", [1])
        let second = try a.open("b", [2])
        let third = try a.open("b", [3])
        try world.settle()
        #expect(third.ear.failure == .full)
        #expect(b.accepted.all.count == 2)
        first.stream.reset(.cancelled)
        let fourth = try a.open("b", [4])
        try world.settle()
        #expect(fourth.ear.failure == nil)
        // The other direction has room of its own, until the reader there leaves too much.
        let unread = try b.open("a", [5], consumes: false)
        try world.settle()
        for _ in 0..<6 { a.accepted.all.last?.stream?.sendNow(Self.message) }
        try world.settle()
        let refused = try a.open("b", [6])
        second.stream.reset(.cancelled)
        try world.settle()
        #expect(unread.ear.messages.count == 6)
        #expect(refused.ear.failure == .full)
        let still = try a.open("b", [7])
        try world.settle()
        #expect(still.ear.failure == .full)
        unread.stream.consumed(6 * 68, messages: 6)
        let taken = try a.open("b", [8])
        try world.settle()
        #expect(taken.ear.failure == nil)
    }

    @Test func `a message that is too long is refused where it is sent`() throws {
        let (a, b) = pair { $0.maximumMessageBytes = 100_000 }
        let long = [UInt8](repeating: 0, count: 100_001)
        _ = try a.open("b", [1])
        try world.settle()
        #expect(throws: LinkError.tooLarge(bytes: 100_001)) { _ = try a.open("b", long) }
        let (_, stream) = try a.open("b", [2])
        #expect(throws: LinkError.tooLarge(bytes: 100_001)) { try world.run { try await stream.send(long) } }
        stream.sendNow(Array(long.dropLast()))
        try world.settle()
        #expect(b.accepted.all.last?.messages.map(\.count) == [100_000])
        #expect(throws: LinkError.unknownPeer("c")) { _ = try a.open("c", []) }
    }
}
