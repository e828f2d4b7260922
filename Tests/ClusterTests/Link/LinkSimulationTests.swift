import Cluster
import DurableActors
import DurableActorsTestKit
import Locks
import Testing

/// Two nodes do everything at once over a network that delays, cuts into pieces and breaks, checked against a model.
@Suite struct LinkSimulationTests {
    /// One stream of a run: what its two sides have sent and heard.
    private final class Run: Sendable {
        struct Stream: Sendable {
            let opener: TestNode
            let listener: TestNode
            let opening: [UInt8]
            let ear: Ear
            let stream: LinkStream
            /// From the opener, and back.
            var sent: ([[UInt8]], [[UInt8]]) = ([], [])
            var finished = (false, false)
            var isReset = false
        }

        let random: SeededRandom
        let streams = Mutex<[Stream]>([])

        init(seed: UInt64) { random = SeededRandom(seed: seed &+ 77) }

        /// The other side's end, once the opening has arrived.
        func far(_ stream: Stream) -> Ear? {
            stream.listener.accepted.all.first { $0.opening == stream.opening && $0.peer == stream.opener.name }
        }

        func message(_ stream: Int, _ direction: UInt8, _ index: Int) -> [UInt8] {
            let head = [UInt8(stream & 255), UInt8(stream >> 8), direction, UInt8(index & 255), UInt8(index >> 8)]
            let length = random.below(20) == 0 ? random.below(100_000) : random.below(300)
            return head + [UInt8](repeating: UInt8(index & 255), count: length)
        }
    }

    /// Takes one step of a run.
    private func step(_ run: Run, _ nodes: [TestNode], cuts: Bool, resets: Bool) throws {
        let count = run.streams.withLock { $0.count }
        let choice = run.random.below(20)
        if count == 0 || choice < 3 {
            let from = run.random.below(2)
            let opening = run.message(count, 2, 0)
            let (opener, listener) = (nodes[from], nodes[1 - from])
            let (ear, stream) = try opener.open(listener.name, opening)
            run.streams.withLock {
                $0.append(.init(opener: opener, listener: listener, opening: opening, ear: ear, stream: stream))
            }
            return
        }
        if cuts, choice == 3, run.random.below(4) == 0 { return nodes[0].network.cutAll() }
        let index = run.random.below(count)
        let stream = run.streams.withLock { $0[index] }
        let isBack = run.random.below(2) == 1
        guard !stream.isReset, let end = isBack ? run.far(stream)?.stream : stream.stream else { return }
        let hasFinished = isBack ? stream.finished.1 : stream.finished.0
        switch choice {
        case 4 where resets:
            run.streams.withLock { $0[index].isReset = true }
            end.reset(.cancelled)
        case 5:
            run.streams.withLock { if isBack { $0[index].finished.1 = true } else { $0[index].finished.0 = true } }
            end.finish()
        default:
            guard !hasFinished else { return }
            let message = run.message(index, isBack ? 1 : 0, (isBack ? stream.sent.1 : stream.sent.0).count)
            run.streams.withLock {
                if isBack { $0[index].sent.1.append(message) } else { $0[index].sent.0.append(message) }
            }
            end.sendNow(message)
        }
    }

    /// What is wrong with a run; `spoil` changes what was heard, to see whether that is found.
    private func violations(
        seed: UInt64,
        cuts: Bool = false,
        resets: Bool = false,
        spoil: (inout StreamRecord) -> Void = { _ in }
    ) throws -> [String] {
        let world = SimulatedWorld(seed: seed)
        let network = SimulatedNetwork(world)
        var limits = LinkLimits()
        limits.streamWindow = [500, 5000, 256 << 10][Int(seed % 3)]
        network.weather = .init(delay: 1_000_000 * (seed % 4), piece: seed % 2 == 0 ? .max : 5000)
        let nodes = ["a", "b"].map { TestNode($0, network, limits: limits) }
        TestNode.introduce(nodes[0], nodes[1])
        let run = Run(seed: seed)
        for _ in 0..<200 {
            try step(run, nodes, cuts: cuts, resets: resets)
            if run.random.below(3) == 0 { try world.advance(by: .microseconds(run.random.below(3000))) }
        }
        try world.advance(by: .seconds(30))
        return check(run, nodes, isLossless: !cuts && !resets, spoil)
    }

    private func check(
        _ run: Run,
        _ nodes: [TestNode],
        isLossless: Bool,
        _ spoil: (inout StreamRecord) -> Void
    ) -> [String] {
        var found: [String] = []
        let streams = run.streams.withLock { $0 }
        for stream in streams {
            let far = run.far(stream)
            let there = StreamRecord(
                sent: [stream.opening] + stream.sent.0,
                hasFinished: stream.finished.0,
                heard: far.map { [$0.opening] + $0.messages } ?? [],
                hasEnded: far?.hasEnded ?? false,
                failures: far?.all.failures.count ?? 0
            )
            let back = StreamRecord(
                sent: stream.sent.1,
                hasFinished: stream.finished.1,
                heard: stream.ear.messages,
                hasEnded: stream.ear.hasEnded,
                failures: stream.ear.all.failures.count
            )
            for var record in [there, back] {
                spoil(&record)
                found += record.violations(isLossless: isLossless)
            }
            if far == nil, stream.ear.failure == .lost(mayHaveArrived: false) { continue }
            if far != nil, stream.ear.failure == .lost(mayHaveArrived: false) {
                found.append("An opening has arrived that was said not to have")
            }
        }
        for node in nodes {
            let opened = streams.filter { $0.listener === node }.map(\.opening)
            let arrived = node.accepted.all.map(\.opening)
            if arrived != opened.filter({ arrived.contains($0) }) { found.append("Openings came out of their order") }
        }
        return found
    }

    @Test func `without faults everything arrives once and in order`() throws {
        for seed in UInt64(0)..<30 { #expect(try violations(seed: seed) == [], "seed \(seed)") }
    }

    @Test func `with resets everything arrives at most once, in order and without a gap`() throws {
        for seed in UInt64(100)..<130 { #expect(try violations(seed: seed, resets: true) == [], "seed \(seed)") }
    }

    @Test func `with cut connections everything arrives at most once, in order and without a gap`() throws {
        for seed in UInt64(200)..<260 {
            #expect(try violations(seed: seed, cuts: true, resets: true) == [], "seed \(seed)")
        }
    }

    @Test func `the check finds messages that are lost, come twice, change places or come behind the end`() throws {
        let spoilers: [@Sendable (inout StreamRecord) -> Void] = [
            { if $0.heard.count > 1 { $0.heard.remove(at: 0) } },
            { if let last = $0.heard.last { $0.heard.append(last) } },
            { if $0.heard.count > 1 { $0.heard.swapAt(0, 1) } },
            { if !$0.heard.isEmpty { $0.heard.removeLast() } },
            { $0.hasEnded.toggle() },
            { $0.failures += 2 },
        ]
        for spoil in spoilers { #expect(try !violations(seed: 1, spoil: spoil).isEmpty) }
    }
}
