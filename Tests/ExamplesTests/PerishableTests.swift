import DurableActors
import DurableActorsTestKit
import Testing

@testable import Examples

@Suite struct PerishableTests {
    private typealias Host = SimulatedHost<DurableObjectNamespace<Perishable>>

    private func set(_ host: Host, _ value: String, _ lifetime: Int64) throws {
        try host.run { try await host.bindings.getByName("one").set(value, lifetime: lifetime) }
    }

    private func get(_ host: Host) throws -> String? {
        try host.run { try await host.bindings.getByName("one").get() }
    }

    private func keys(_ host: Host) throws -> [String] {
        try host.run {
            try await runInDurableObject(host.bindings.getByName("one")) { _, state in
                Array(try await state.storage.get(["lifetime", "value"], as: JSONValue.self).keys)
            }
        }
    }

    @Test func `a value lives on while it is read and deletes itself when it is not`() throws {
        let host = try host(of: Perishable.self, NoEnv())
        try set(host, "fresh", 1000)
        for _ in 1...3 {
            try host.advance(by: .milliseconds(999))
            #expect(try get(host) == "fresh")
        }
        try host.advance(by: .milliseconds(1000))
        #expect(try get(host) == nil)
        #expect(try keys(host) == [])
    }

    @Test func `a value survives eviction and restart, and its end does too`() throws {
        let host = try host(of: Perishable.self, NoEnv())
        try set(host, "fresh", 60_000)
        try host.advance(by: .seconds(30))
        #expect(try !host.run { await isInMemory(host.bindings.getByName("one")) })
        try host.restart()
        #expect(try get(host) == "fresh")
        try host.restart()
        try host.advance(by: .seconds(60))
        #expect(try keys(host) == [])
    }

    @Test func `a value whose end passed while the host was down is gone at once`() throws {
        let host = try host(of: Perishable.self, NoEnv())
        try set(host, "fresh", 1000)
        host.world.clock.jumpWallClock(byMilliseconds: 5000)
        try host.restart()
        #expect(try get(host) == nil)
        try set(host, "again", 1000)
        #expect(try get(host) == "again")
    }

    @Test(arguments: [0, -1, .max] as [Int64])
    func `a lifetime that makes no sense is refused and the value before it stays`(lifetime: Int64) throws {
        let host = try host(of: Perishable.self, NoEnv())
        try set(host, "fresh", 1000)
        let error = #expect(throws: DurableObjectError.self) { try set(host, "worse", lifetime) }
        #expect(error?.message == "A lifetime is 1 ms to 365 days.")
        #expect(try get(host) == "fresh")
    }
}
