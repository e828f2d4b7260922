import DurableActors
import DurableActorsTestKit
import Testing

@testable import Examples

@Suite struct RateLimiterTests {
    private typealias Host = SimulatedHost<DurableObjectNamespace<RateLimiter>>

    private func limiter() throws -> Host {
        try host(of: RateLimiter.self, RateLimiterEnv(capacity: 3, interval: 1000))
    }

    private func take(_ host: Host, _ key: String, times: Int = 1) throws -> [Int64] {
        try host.run {
            var waits: [Int64] = []
            for _ in 0..<times { waits.append(try await host.bindings.getByName("all").take(key)) }
            return waits
        }
    }

    private func buckets(_ host: Host) throws -> [String] {
        try host.run {
            try await runInDurableObject(host.bindings.getByName("all")) { _, state in
                try await state.storage.list(as: Int64.self).keys
            }
        }
    }

    @Test func `a burst goes at once, then one an interval, and refused calls cost nothing`() throws {
        let host = try limiter()
        #expect(try take(host, "ada", times: 5) == [0, 0, 0, 1000, 1000])
        try host.advance(by: .milliseconds(600))
        #expect(try take(host, "ada") == [400])
        try host.advance(by: .milliseconds(400))
        #expect(try take(host, "ada", times: 2) == [0, 1000])
    }

    @Test func `keys do not share tokens`() throws {
        let host = try limiter()
        #expect(try take(host, "ada", times: 4) == [0, 0, 0, 1000])
        #expect(try take(host, "bob") == [0])
    }

    @Test func `an empty bucket stays empty across eviction and restart`() throws {
        let host = try limiter()
        _ = try take(host, "ada", times: 3)
        try host.run { try await evictDurableObject(host.bindings.getByName("all")) }
        #expect(try take(host, "ada") == [1000])
        try host.restart()
        #expect(try take(host, "ada") == [1000])
    }

    @Test func `buckets that are full again are forgotten`() throws {
        let host = try limiter()
        _ = try take(host, "ada", times: 2)
        _ = try take(host, "bob", times: 3)
        try host.advance(by: .milliseconds(2999))
        #expect(try buckets(host) == ["bucket:ada", "bucket:bob"])
        #expect(try take(host, "bob") == [0])
        try host.advance(by: .milliseconds(1))
        #expect(try buckets(host) == ["bucket:bob"])
        try host.advance(by: .milliseconds(1000))
        #expect(try buckets(host) == [])
    }

    @Test func `a clock that is set back locks nobody out for longer than an empty bucket does`() throws {
        let host = try limiter()
        _ = try take(host, "ada", times: 3)
        host.world.clock.jumpWallClock(byMilliseconds: -3_600_000)
        #expect(try take(host, "ada") == [1000])
    }

    @Test(arguments: ["", String(repeating: "k", count: 257)])
    func `a key that is empty or too long is refused`(key: String) throws {
        let host = try limiter()
        let error = #expect(throws: DurableObjectError.self) { try take(host, key) }
        #expect(error?.message == "A key has 1 to 256 bytes.")
        #expect(try buckets(host) == [])
    }
}
