import AgentHost
import Cluster
import DurableActors
import Locks
import Testing

/// Links over real sockets.
@Suite(.timeLimit(.minutes(1))) struct PeerNetworkTests {
    /// Kinds of streams that a node under test takes.
    private enum Kind {
        static let echo: UInt8 = 1
        static let flood: UInt8 = 2
    }

    /// How many messages of 1,000 bytes a flood has.
    private static let flood = 5000

    private func nodes() throws -> (LoopbackNode, LoopbackNode) {
        let b = try echoNode("b")
        let a = try echoNode("a")
        a.meet("b", port: b.port)
        return (a, b)
    }

    private func echoNode(_ name: String, port: UInt16 = 0) throws -> LoopbackNode {
        try LoopbackNode(name, port: port) { _, kind, message, stream in
            switch kind {
            case Kind.flood:
                Task {
                    for index in 0..<Self.flood {
                        try await stream.send([UInt8(index & 255)] + [UInt8](repeating: 0, count: 999))
                    }
                    stream.finish()
                }
            default: stream.sendNow(message)
            }
            return EchoReceiver()
        }
    }

    /// Opens a stream whose messages come back, sends and takes some, and ends it.
    private static func converse(_ link: PeerLink, _ number: Int, messages: Int) async throws {
        let inbox = LinkInbox()
        let name = Array("stream \(number)".utf8)
        let stream = try link.open(kind: Kind.echo, message: name, receiver: inbox)
        #expect(try await inbox.next() == name)
        for index in 0..<messages {
            let message = name + [UInt8](repeating: UInt8(index & 255), count: index * 50)
            try await stream.send(message)
            #expect(try await inbox.next() == message)
        }
        stream.finish()
        #expect(try await inbox.next() == nil)
    }

    @Test func `a thousand streams at once are served beside one that is not read`() async throws {
        let (a, b) = try nodes()
        let link = try a.links.link(to: "b")
        let slow = LinkInbox()
        _ = try link.open(kind: Kind.flood, message: [], receiver: slow)
        try await a.run {
            try await withThrowingTaskGroup { group in
                for number in 0..<1000 {
                    group.addTask { try await Self.converse(link, number, messages: 10) }
                }
                try await group.waitForAll()
            }
        }
        var taken = 0
        while let message = try await slow.next() {
            #expect(message[0] == UInt8(taken & 255))
            taken += 1
        }
        #expect(taken == Self.flood)
        withExtendedLifetime(b) {}
    }

    @Test func `long messages arrive whole`() async throws {
        let (a, b) = try nodes()
        let link = try a.links.link(to: "b")
        let inbox = LinkInbox()
        let long = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 >> 8 ^ $0) }
        let stream = try link.open(kind: Kind.echo, message: long, receiver: inbox)
        #expect(try await inbox.next() == long)
        for _ in 0..<4 { try await stream.send(long) }
        for _ in 0..<4 { #expect(try await inbox.next() == long) }
        withExtendedLifetime(b) {}
    }

    @Test func `a peer that dies fails its streams, and its successor is found`() async throws {
        let (a, b) = try nodes()
        b.meet("a", port: a.port)
        // The peer has connected, so that its end is heard as the kernel tells it.
        try await Self.converse(try b.links.link(to: "a"), 0, messages: 1)
        let link = try a.links.link(to: "b")
        let inboxes = (0..<10).map { _ in LinkInbox() }
        for inbox in inboxes { _ = try link.open(kind: Kind.echo, message: [1], receiver: inbox) }
        for inbox in inboxes { #expect(try await inbox.next() == [1]) }
        b.cut()
        for inbox in inboxes {
            await #expect(throws: LinkError.lost(mayHaveArrived: true)) { _ = try await inbox.next() }
        }
        b.stop()
        // Waits while nobody listens, and goes out when somebody does.
        let waiting = LinkInbox()
        let stream = try link.open(kind: Kind.echo, message: [2], receiver: waiting)
        stream.sendNow([3])
        let successor = try echoNode("b", port: UInt16(b.port))
        #expect(try await waiting.next() == [2])
        #expect(try await waiting.next() == [3])
        withExtendedLifetime(successor) {}
    }

    @Test func `both nodes connect at once and every stream is served`() async throws {
        for _ in 0..<20 {
            let (a, b) = try nodes()
            b.meet("a", port: a.port)
            let answers = (0..<20).map { _ in LinkInbox() }
            let links = [try a.links.link(to: "b"), try b.links.link(to: "a")]
            for (index, inbox) in answers.enumerated() {
                _ = try links[index % 2].open(kind: Kind.echo, message: [UInt8(index)], receiver: inbox)
            }
            for (index, inbox) in answers.enumerated() { #expect(try await inbox.next() == [UInt8(index)]) }
        }
    }

    @Test func `a node leaves in order`() async throws {
        let (a, b) = try nodes()
        let link = try a.links.link(to: "b")
        let inbox = LinkInbox()
        let stream = try link.open(kind: Kind.echo, message: [1], receiver: inbox)
        #expect(try await inbox.next() == [1])
        b.stop()
        async let leaving: Void = b.links.stop(within: 30_000_000_000)
        stream.sendNow([2])
        #expect(try await inbox.next() == [2])
        stream.finish()
        #expect(try await inbox.next() == nil)
        await leaving
    }
}
