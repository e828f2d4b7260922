import DurableActors
import DurableActorsTestKit
import Testing

@testable import Examples

@Suite struct CounterTests {
    private func ask(
        _ host: SimulatedHost<DurableObjectNamespace<Counter>>,
        _ address: String
    ) throws -> [String] {
        try host.run {
            let answer = try await CounterDoor(counters: host.bindings).fetch(Request(address))
            return ["\(answer.status)", try await answer.text()]
        }
    }

    @Test func `requests and calls change the number of one name and leave others alone`() throws {
        let host = try host(of: Counter.self, NoEnv())
        #expect(try ask(host, "http://x/increment?name=a") == ["200", "1"])
        #expect(try ask(host, "http://x/increment?name=a") == ["200", "2"])
        #expect(try ask(host, "http://x/decrement?name=a") == ["200", "1"])
        #expect(try ask(host, "http://x/?name=b") == ["200", "0"])
        let (more, less) = try host.run {
            let counter = host.bindings.getByName("a")
            return (try await counter.increment(by: 5), try await counter.decrement(by: 10))
        }
        #expect(more == 6)
        #expect(less == -4)
    }

    @Test func `many increments at once are all counted`() throws {
        let host = try host(of: Counter.self, NoEnv())
        let numbers = try host.run {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 { group.addTask { try await host.bindings.getByName("a").increment() } }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
        }
        #expect(numbers == Set(1...20))
    }

    @Test func `an answered number survives eviction and restart`() throws {
        let host = try host(of: Counter.self, NoEnv())
        #expect(try ask(host, "http://x/increment?name=a") == ["200", "1"])
        try host.run { try await evictDurableObject(host.bindings.getByName("a")) }
        #expect(try ask(host, "http://x/increment?name=a") == ["200", "2"])
        try host.restart()
        #expect(try ask(host, "http://x/?name=a") == ["200", "2"])
    }

    @Test func `no name, an unknown path and a sum that is too large are refused and change nothing`() throws {
        let host = try host(of: Counter.self, NoEnv())
        #expect(try ask(host, "http://x/increment") == ["400", "Say which counter: ?name=…"])
        #expect(try ask(host, "http://x/increment?name=") == ["400", "Say which counter: ?name=…"])
        #expect(try ask(host, "http://x/explode?name=a") == ["404", "Not found"])
        _ = try ask(host, "http://x/increment?name=a")
        let error = #expect(throws: DurableObjectError.self) {
            try host.run { try await host.bindings.getByName("a").increment(by: .max) }
        }
        #expect(error?.message == "The counter cannot count that far.")
        _ = #expect(throws: DurableObjectError.self) {
            try host.run { try await host.bindings.getByName("b").decrement(by: .min) }
        }
        #expect(try ask(host, "http://x/?name=a") == ["200", "1"])
    }
}
