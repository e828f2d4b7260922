import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@testable import AgentHost

@Suite struct QueueScenarios {
    private let site: AgentSite

    init() throws { site = try AgentSite() }

    private func keeper<Result: Sendable>(
        _ body: @escaping @Sendable (Keeper) async throws -> Result
    ) throws -> Result {
        try site.run { try await body(try await getAgentByName(self.site.bindings.keepers, "k")) }
    }

    private func refusal(_ body: @escaping @Sendable (Keeper) async throws -> String) throws -> String {
        do {
            return try keeper { try await body($0) }
        } catch {
            return String(describing: error)
        }
    }

    @Test func `AG 120: an item runs with its payload and leaves the queue`() throws {
        let id = try keeper { try await $0.enqueue("cb", "item1") }
        #expect(id.wholeMatch(of: /[A-Za-z0-9_-]{9}/) != nil)
        try site.settle()
        #expect(site.tape.lines.last?.hasPrefix(#"cb "item1" at"#) == true)
        #expect(try keeper { try await $0.count("cf_agents_queues") } == 0)
        #expect(site.tape.events("queue:create") == [["callback": "cb", "id": .string(id)]])
    }

    @Test func `AG 121: an item that fails is tried three times and makes way for the next`() throws {
        let id = try keeper { keeper in
            let id = try await keeper.enqueue("bad", nil)
            _ = try await keeper.enqueue("cb", "next")
            return id
        }
        try site.host.advance(by: .seconds(10))
        #expect(site.tape.count("bad") == 3)
        let error: JSONValue = ["callback": "bad", "id": .string(id), "error": "bad", "attempts": 3]
        #expect(site.tape.events("queue:error") == [error])
        #expect(site.tape.lines.last?.hasPrefix(#"cb "next""#) == true)
        #expect(site.tape.count("error bad") == 1)
        #expect(try keeper { try await $0.count("cf_agents_queues") } == 0)
    }

    @Test func `AG 122: good items run in order whatever is between them`() throws {
        try keeper { try await $0.enqueueAll(["cb", "bad", "other"]) }
        try site.host.advance(by: .seconds(10))
        let runs = site.tape.lines.filter { $0.hasPrefix("cb") || $0.hasPrefix("other") }
        #expect(runs.map { $0.prefix { $0 != " " } } == ["cb", "other"])
    }

    @Test func `what a queued method queues runs in the same go, and what no one can read is given up`() throws {
        _ = try keeper { try await $0.enqueue("enqueue", nil) }
        try site.host.advance(by: .seconds(1))
        #expect(site.tape.lines.last?.hasPrefix(#"cb "late""#) == true)
        try keeper {
            try await $0.execute("INSERT INTO cf_agents_queues (id, payload, callback) VALUES ('x', '{bad', 'cb')")
            _ = try await $0.enqueue("other", nil)
        }
        try site.host.advance(by: .seconds(1))
        #expect(site.tape.events("queue:error").map { $0["id"] } == ["x"])
        #expect(site.tape.lines.last?.hasPrefix("other null") == true)
    }

    @Test func `AG 123: an item shows how often it is tried, and is found by a member of its payload`() throws {
        let retry = RetryOptions(maxAttempts: 2)
        let found = try keeper { keeper in
            let id = try await keeper.enqueue("slow", ["kind": "a"], retry: retry)
            _ = try await keeper.enqueue("slow", ["kind": "b"])
            return (
                try await keeper.item(id), try await keeper.items("kind", "a").map(\.id) == [id],
                try await keeper.items("kind", "c").isEmpty
            )
        }
        #expect(found.0?.retry == retry)
        #expect(found.0?.payload == ["kind": "a"])
        #expect(found.1 && found.2)
        _ = try keeper { try await $0.enqueue("slow", nil) }
        #expect(throws: DurableObjectError.self) { try keeper { try await $0.items("kind", "a") } }
    }

    @Test func `items are taken out one by one, by their method, or all`() throws {
        try keeper { keeper in
            try await keeper.enqueueAll(["slow", "cb", "other", "cb"])
            try await keeper.emptyQueue("cb")
            #expect(try await keeper.count("cf_agents_queues") == 2)
            try await keeper.emptyQueue(nil)
            #expect(try await keeper.count("cf_agents_queues") == 0)
        }
    }

    @Test func `AG 124: a method that is not listed and options that make no sense are refused`() throws {
        #expect(try refusal { try await $0.enqueue("nope", nil) } == "this.nope is not a function")
        for (options, text) in [
            (RetryOptions(maxAttempts: 0), "retry.maxAttempts must be >= 1"),
            (RetryOptions(maxAttempts: 1.5), "retry.maxAttempts must be an integer"),
            (RetryOptions(baseDelayMs: 0), "retry.baseDelayMs must be > 0"),
            (RetryOptions(maxDelayMs: 0), "retry.maxDelayMs must be > 0"),
            (RetryOptions(baseDelayMs: 4000), "retry.baseDelayMs must be <= retry.maxDelayMs"),
        ] {
            #expect(try refusal { try await $0.enqueue("cb", nil, retry: options) } == text)
        }
        #expect(try keeper { try await $0.count("cf_agents_queues") } == 0)
    }

    @Test func `AG 125: retry runs a closure until it succeeds, is not to be retried, or was tried enough`() throws {
        let seen = try site.run {
            try await runInDurableObject(site.bindings.keepers.getByName("k")) { keeper, _ in
                var seen: [Int] = []
                let result = try await keeper.retry { attempt in
                    seen.append(attempt)
                    if attempt < 3 { throw Failure("again") }
                    return attempt * 10
                }
                seen.append(result)
                do {
                    try await keeper.retry(shouldRetry: { _, next in next < 2 }) { attempt in
                        seen.append(attempt + 100)
                        throw Failure("no")
                    }
                } catch {}
                do {
                    try await keeper.retry(RetryOptions(maxAttempts: 1)) { attempt in
                        seen.append(attempt + 200)
                        throw Failure("no")
                    }
                } catch {}
                return seen
            }
        }
        #expect(seen == [1, 2, 3, 30, 101, 201])
    }

    @Test func `AG 126: the class says how often, and a call may say otherwise field by field`() throws {
        let defaults = RetryOptions(maxAttempts: 5)
        #expect(try RetryPolicy(nil, defaults: defaults).maxAttempts == 5)
        #expect(try RetryPolicy(RetryOptions(maxAttempts: 2), defaults: defaults).maxAttempts == 2)
        let mixed = try RetryPolicy(RetryOptions(baseDelayMs: 7), defaults: defaults)
        #expect(mixed.maxAttempts == 5 && mixed.baseDelayMs == 7 && mixed.maxDelayMs == 3000)
    }

    @Test func `AG 126: a method is tried as often as its class says, or as its item does`() throws {
        try site.run {
            try await runInDurableObject(self.site.bindings.callees.getByName("c")) { callee, _ in
                try await callee.queue("stubborn")
                try await callee.queue("stubborn", retry: RetryOptions(maxAttempts: 2))
            }
        }
        try site.host.advance(by: .seconds(60))
        #expect(site.tape.count("stubborn") == 7)
        #expect(site.tape.events("queue:error").map { $0["attempts"] } == [5, 2])
    }

    @Test(arguments: [(1, 200), (2, 400), (3, 800), (4, 1600), (5, 3000), (60, 3000)])
    func `AG 127: a wait is any time up to its bound`(attempt: Int, bound: Int64) throws {
        let policy = try RetryPolicy(nil, defaults: RetryOptions())
        #expect(policy.delayMilliseconds(after: attempt, random: 0) == 0)
        #expect(policy.delayMilliseconds(after: attempt, random: 0.5) == bound / 2)
        #expect(policy.delayMilliseconds(after: attempt, random: 0.999_999) == bound - 1)
    }
}
