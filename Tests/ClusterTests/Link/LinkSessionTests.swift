import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// The handshake, and how a link finds that its peer is gone.
@Suite struct LinkSessionTests {
    @Test func `two nodes with one secret come to trust each other and learn names and epochs`() {
        var pair = SessionPair()
        pair.talk()
        #expect(pair.standsForBoth)
        guard case .established(let hello, let attempts) = pair.dialler.events.first else {
            Issue.record("The side that connected is not told")
            return
        }
        #expect(hello.name == "b")
        #expect(hello.epoch == 5)
        #expect(attempts == 0)
    }

    @Test func `the secret and its digest do not travel`() {
        var pair = SessionPair(secrets: ("open sesame", "open sesame"))
        pair.talk()
        #expect(pair.standsForBoth)
        let text = String(decoding: pair.dialler.sent + pair.acceptor.sent, as: UTF8.self)
        #expect(!text.contains("sesame"))
    }

    @Test func `a wrong secret ends the link on the side that finds it, and the other one is told`() {
        var pair = SessionPair(secrets: ("secret", "Secret"))
        pair.talk()
        #expect(pair.acceptor.end == .wrongSecret)
        #expect(pair.dialler.end == .told("The peer does not know the cluster's secret"))
        #expect(!pair.standsForBoth)
    }

    @Test func `a node that pretends to have accepted cannot prove that it knows the secret`() {
        // The impostor lets every proof pass, as one would that wants to be trusted.
        var pair = SessionPair(secrets: ("secret", "guess"))
        pair.dialler.session.receive(helloOfAcceptor(&pair), now: 0)
        _ = pair.dialler.take(now: 0)
        var welcome: [UInt8] = []
        LinkFrame.welcome(proof: [UInt8](repeating: 1, count: 32), attempts: 0).append(to: &welcome)
        pair.dialler.session.receive(welcome, now: 0)
        _ = pair.dialler.take(now: 0)
        #expect(pair.dialler.end == .wrongSecret)
    }

    @Test func `a side's own proof is not taken back from it`() {
        var pair = SessionPair()
        pair.dialler.session.receive(helloOfAcceptor(&pair), now: 0)
        let said = pair.dialler.take(now: 0)
        var reflected = LinkFrameTests.decode([said]).frames.compactMap { frame -> [UInt8]? in
            if case .proof(let proof) = frame { proof } else { nil }
        }
        #expect(reflected.count == 1)
        var welcome: [UInt8] = []
        LinkFrame.welcome(proof: reflected.removeFirst(), attempts: 0).append(to: &welcome)
        pair.dialler.session.receive(welcome, now: 0)
        _ = pair.dialler.take(now: 0)
        #expect(pair.dialler.end == .wrongSecret)
    }

    @Test func `what was said once proves nothing to another link`() {
        var first = SessionPair(seed: 1)
        first.talk()
        var second = SessionPair(seed: 2)
        second.acceptor.session.receive(first.dialler.sent, now: 0)
        _ = second.acceptor.take(now: 0)
        #expect(second.acceptor.end == .wrongSecret)
        var third = SessionPair(seed: 3)
        _ = third.dialler.take(now: 0)
        third.dialler.session.receive(first.acceptor.sent, now: 0)
        _ = third.dialler.take(now: 0)
        #expect(third.dialler.end == .wrongSecret)
    }

    @Test func `another version is refused by its number`() {
        var pair = SessionPair()
        var hello = pair.dialler.take(now: 0)
        hello[10] = 1
        pair.acceptor.session.receive(hello, now: 0)
        let answer = pair.acceptor.take(now: 0)
        #expect(pair.acceptor.end == .wrongVersion(1))
        pair.dialler.session.receive(answer, now: 0)
        _ = pair.dialler.take(now: 0)
        #expect(pair.dialler.end == .told("The peer speaks version 1 of the links' protocol, not 2"))
    }

    @Test func `a node is not taken for another one`() {
        var asked = SessionPair(wanted: "c")
        asked.talk()
        #expect(asked.acceptor.end == .wrongName("c"))
        var itself = SessionPair(names: ("b", "b"))
        itself.talk()
        #expect(itself.acceptor.end == .wrongName("b"))
        // An answer from another one than was asked.
        var (first, other) = (SessionPair(), SessionPair(names: ("b", "a"), wanted: "a"))
        _ = first.dialler.take(now: 0)
        first.dialler.session.receive(other.dialler.take(now: 0), now: 0)
        _ = first.dialler.take(now: 0)
        #expect(first.dialler.end == nil)
        var stranger = SessionPair(names: ("c", "a"), wanted: "a")
        var again = SessionPair()
        again.dialler.session.receive(stranger.dialler.take(now: 0), now: 0)
        _ = again.dialler.take(now: 0)
        #expect(again.dialler.end == .wrongName("c"))
    }

    @Test(arguments: LinkFrameTests.samples)
    func `nothing of a link is taken before the proof`(frame: LinkFrame) {
        if case .end = frame { return }
        for saysHello in [false, true] {
            if saysHello, case .proof = frame { continue }
            var pair = SessionPair()
            let hello = pair.dialler.take(now: 0)
            pair.acceptor.session.receive((saysHello ? hello : []) + LinkFrameTests.bytes([frame]), now: 0)
            _ = pair.acceptor.take(now: 0)
            guard case .violation = pair.acceptor.end else {
                Issue.record("\(frame) was taken: \(pair.acceptor.events)")
                continue
            }
        }
    }

    @Test func `a stranger cannot have much kept`() {
        var pair = SessionPair()
        pair.acceptor.session.receive([0, 0, 4, 1], now: 0)
        _ = pair.acceptor.take(now: 0)
        #expect(pair.acceptor.end == .violation("a frame has 1025 bytes, 1024 is the most"))
    }

    @Test func `bytes changed on the way end the handshake or a link, and never the process`() {
        for seed in UInt64(0)..<500 {
            let random = SeededRandom(seed: seed)
            var pair = SessionPair(seed: seed)
            if seed % 2 == 0 { pair.talk() }
            var bytes = pair.dialler.take(now: 0)
            if seed % 2 == 0 {
                for frame in [LinkFrameTests.samples[4], LinkFrameTests.samples[6]] { frame.append(to: &bytes) }
            }
            for _ in 0..<3 { bytes[random.below(bytes.count)] ^= UInt8(1 + random.below(255)) }
            pair.acceptor.session.receive(bytes + random.bytes(random.below(100)), now: 0)
            _ = pair.acceptor.take(now: 0)
            let wasProved = pair.acceptor.events.contains { if case .proved = $0 { true } else { false } }
            #expect(wasProved == (seed % 2 == 0), "seed \(seed)")
        }
    }

    @Test func `a handshake that takes too long is given up at its time`() {
        var pair = SessionPair()
        #expect(pair.acceptor.session.nextTick == 5_000_000_000)
        pair.acceptor.session.tick(now: 4_999_999_999)
        #expect(!pair.acceptor.session.isOver)
        pair.acceptor.session.tick(now: 5_000_000_000)
        _ = pair.acceptor.take(now: 0)
        #expect(pair.acceptor.end == .slowHandshake)
    }

    @Test func `a silent peer is asked after the one time and given up after the other`() {
        var pair = SessionPair()
        pair.now = 1_000
        pair.talk()
        #expect(pair.dialler.session.nextTick == 5_000_001_000)
        pair.now = 5_000_001_000
        pair.dialler.session.tick(now: pair.now)
        #expect(pair.dialler.session.nextTick == 15_000_001_000)
        pair.talk()
        // The answer counts as a sign of life.
        #expect(pair.dialler.session.nextTick == 10_000_001_000)
        pair.dialler.session.tick(now: 10_000_001_000)
        pair.dialler.session.tick(now: 20_000_000_999)
        #expect(!pair.dialler.session.isOver)
        pair.dialler.session.tick(now: 20_000_001_000)
        _ = pair.dialler.take(now: 0)
        #expect(pair.dialler.end == .silence)
    }

    private func helloOfAcceptor(_ pair: inout SessionPair) -> [UInt8] {
        pair.acceptor.session.receive(pair.dialler.take(now: 0), now: 0)
        return pair.acceptor.take(now: 0)
    }
}
