import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

/// The host ends at every commit of an agent in turn, and starts again on what is durable.
@Suite struct AgentCrashTests {
    private enum Answered { case state, delay, interval, item }

    private func keeper<Result: Sendable>(
        _ site: AgentSite,
        _ body: @escaping @Sendable (Keeper) async throws -> Result
    ) throws -> Result {
        try site.run { try await body(try await getAgentByName(site.bindings.keepers, "k")) }
    }

    /// Has an agent do what it is asked for, and tells what it has answered.
    private func ask(_ site: AgentSite) throws -> Set<Answered> {
        var answered: Set<Answered> = []
        let requests: [(Answered, @Sendable (Keeper) async throws -> Void)] = [
            (.state, { try await $0.set(5) }),
            (.delay, { _ = try await $0.after(1, "cb", "delay") }),
            (.interval, { _ = try await $0.every(30, "cb", "interval") }),
            (.item, { _ = try await $0.enqueue("other", "item") }),
        ]
        for (kind, request) in requests {
            do {
                try keeper(site, request)
                answered.insert(kind)
            } catch is StorageError {
                continue
            } catch is DurableObjectError {
                continue
            }
        }
        try site.host.advance(by: .seconds(5))
        return answered
    }

    /// Runs everything with a crash at a write; tells how many writes there were.
    @discardableResult
    private func run(crashAtWrite number: Int?, seed: UInt64) throws -> Int {
        let site = try AgentSite(seed: seed)
        let before = site.host.store.attemptCount
        if let number {
            for write in number..<number + 1000 {
                site.host.store.failWrite(write, with: StorageError(.io, "The machine has lost its power."))
            }
        }
        let answered = try ask(site)
        let writes = site.host.store.attemptCount - before
        try site.host.restart()
        try site.host.advance(by: .seconds(65))
        let place: Comment = "write \(number ?? 0), seed \(seed)"
        let count = try keeper(site) { try await $0.getState() }.count
        #expect(answered.contains(.state) ? count == 5 : [0, 5].contains(count), place)
        let runs = site.tape.lines.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
        let left = try keeper(site) { try await $0.all() }
        if answered.contains(.delay) { #expect(runs.contains(#"cb "delay""#), place) }
        #expect(left.allSatisfy { $0.type == .interval }, place)
        if answered.contains(.interval) {
            #expect(left.count == 1, place)
            #expect(runs.contains(#"cb "interval""#), place)
        }
        // An item that a life has left behind waits for the next item.
        if answered.contains(.item) {
            _ = try keeper(site) { try await $0.enqueue("slow", nil) }
            try site.settle()
            #expect(site.tape.lines.contains { $0.hasPrefix(#"other "item""#) }, place)
        }
        if let next = left.first {
            #expect(try keeper(site) { try await $0.alarmTime() } == next.time * 1000, place)
        }
        return writes
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `what an agent has promised is kept, whichever commit the host dies at`(seed: UInt64) throws {
        let writes = try run(crashAtWrite: nil, seed: seed)
        #expect(writes > 5)
        for number in 1...writes { try run(crashAtWrite: number, seed: seed) }
    }
}
