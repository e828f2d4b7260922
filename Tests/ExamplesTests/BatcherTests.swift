import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@testable import Examples

@Suite struct BatcherTests {
    /// Takes batches, refusing as many of the first as it is told.
    private final class Sink: Sendable {
        private struct Refused: Error {}
        private let state = Mutex((refusals: 0, taken: [[String]](), tries: 0))

        var taken: [[String]] { state.withLock { $0.taken } }
        var tries: Int { state.withLock { $0.tries } }

        func refuse(_ count: Int) { state.withLock { $0.refusals = count } }

        func take(_ items: [String]) throws {
            try state.withLock { state in
                state.tries += 1
                if state.refusals > 0 {
                    state.refusals -= 1
                    throw Refused()
                }
                state.taken.append(items)
            }
        }
    }

    private typealias Host = SimulatedHost<DurableObjectNamespace<Batcher>>
    private let sink = Sink()

    private func batcher() throws -> Host { try host(of: Batcher.self, BatcherEnv { [sink] in try sink.take($0) }) }

    private func add(_ host: Host, _ items: String...) throws {
        try host.run { for item in items { _ = try await host.bindings.getByName("one").add(item) } }
    }

    @Test func `items gather and are delivered together, ten seconds after the first`() throws {
        let host = try batcher()
        try add(host, "a", "b")
        try host.advance(by: .milliseconds(9000))
        try add(host, "c")
        try host.advance(by: .milliseconds(999))
        #expect(sink.taken == [])
        try host.advance(by: .milliseconds(1))
        #expect(sink.taken == [["a", "b", "c"]])
        try add(host, "d")
        try host.advance(by: .milliseconds(10_000))
        #expect(sink.taken == [["a", "b", "c"], ["d"]])
    }

    @Test func `more than nine items keep their order`() throws {
        let host = try batcher()
        let items = (1...12).map { "item \($0)" }
        try host.run { for item in items { _ = try await host.bindings.getByName("one").add(item) } }
        try host.advance(by: .seconds(10))
        #expect(sink.taken == [items])
    }

    @Test func `a batch that is refused is delivered again, with what has come meanwhile`() throws {
        let host = try batcher()
        sink.refuse(1)
        try add(host, "a")
        try host.advance(by: .seconds(10))
        #expect(sink.tries == 1)
        try add(host, "b")
        try host.advance(by: .seconds(60))
        #expect(sink.taken == [["a", "b"]])
        #expect(sink.tries == 2)
    }

    @Test func `a batch that is given up after seven tries waits for the next item`() throws {
        let host = try batcher()
        sink.refuse(7)
        try add(host, "a")
        try host.advance(by: .seconds(600))
        #expect(sink.tries == 7)
        #expect(sink.taken == [])
        try add(host, "b")
        try host.advance(by: .seconds(10))
        #expect(sink.taken == [["a", "b"]])
    }

    @Test func `an item that comes while a batch is on its way is in the next`() throws {
        let world = Mutex<SimulatedWorld?>(nil)
        let slow = BatcherEnv { [sink] items in
            await world.withLock { $0 }?.sleep(milliseconds: 5000)
            try sink.take(items)
        }
        let host = try host(of: Batcher.self, slow)
        world.withLock { $0 = host.world }
        try add(host, "a")
        try host.advance(by: .milliseconds(12_000))
        #expect(sink.taken == [])
        try add(host, "b")
        try host.advance(by: .milliseconds(3000))
        #expect(sink.taken == [["a"]])
        try host.advance(by: .milliseconds(12_000))
        #expect(sink.taken == [["a"], ["b"]])
    }

    @Test func `items and alarm survive eviction and restart`() throws {
        let host = try batcher()
        try add(host, "a")
        try host.run { try await evictDurableObject(host.bindings.getByName("one")) }
        try add(host, "b")
        try host.restart()
        try host.advance(by: .seconds(10))
        #expect(sink.taken == [["a", "b"]])
    }

    @Test func `a request queues its text, and one without text or of another method is refused`() throws {
        let host = try batcher()
        let answers = try host.run {
            let batcher = host.bindings.getByName("one")
            var answers: [String] = []
            for (method, body) in [("POST", "a"), ("POST", ""), ("GET", "b"), ("POST", "c")] {
                let request = Request("http://x/", method: method, body: .bytes(Array(body.utf8)))
                let answer = try await batcher.fetch(request)
                answers.append("\(answer.status) \(try await answer.text())")
            }
            return answers
        }
        #expect(answers == ["202 Item 1 is queued", "400 POST an item", "400 POST an item", "202 Item 2 is queued"])
        try host.advance(by: .seconds(10))
        #expect(sink.taken == [["a", "c"]])
    }
}
