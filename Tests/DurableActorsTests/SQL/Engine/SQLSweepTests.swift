import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@Suite struct SQLSweepTests {
    /// How many seeds are swept: some hundreds, or as many as the environment asks for.
    private static let seeds = SweepSeeds.range(200)

    @Test func `whatever happens to objects, their rows, values and alarms agree and no page is lost`() throws {
        var found: [String] = []
        for seed in Self.seeds { found += try SQLSweep.violations(seed: seed) }
        #expect(found == [])
    }

    @Test func `a host that forgets pages before they are on disk is caught`() throws {
        let caught = try (1...40 as ClosedRange<UInt64>).first { seed in
            try !SQLSweep.violations(seed: seed, faults: .earlyTrim).isEmpty
        }
        #expect(caught != nil)
    }

    @Test func `a host that keeps what was rolled back is caught`() throws {
        let caught = try (1...40 as ClosedRange<UInt64>).first { seed in
            try !SQLSweep.violations(seed: seed, faults: .keptRollbacks).isEmpty
        }
        #expect(caught != nil)
    }
}

/// One run under one seed: what is wrong in it.
enum SQLSweep {
    private typealias Host = SimulatedHost<DurableObjectNamespace<SweptLedger>>

    static func violations(seed: UInt64, faults: DeliberateFaults = []) throws -> [String] {
        let random = SeededRandom(seed: seed)
        var limits = HostLimits()
        limits.faults = faults
        let violations = Recorder<String>()
        let host = try SimulatedHost(seed: seed, limits: limits) { runtime in
            try runtime.register(SweptLedger.self, binding: "L", uniqueKey: "l", environment: violations)
        }
        let clients = ["one", "two", "three"].map { LedgerClient(name: $0, violations: violations) }
        for _ in 0..<3 {
            let tasks = clients.map { client in begin(client, host, SeededRandom(seed: random.next())) }
            for client in clients { beginDisturbing(client.name, host, SeededRandom(seed: random.next())) }
            if random.below(3) == 0 {
                host.store.failWrite(1 + random.below(6), with: StorageError(.io, "the disk fails on purpose"))
            }
            for _ in 0..<random.below(4) { try host.advance(by: .milliseconds(random.below(100))) }
            host.world.scheduler.holdsCommits = random.below(2) == 0
            try host.advance(by: .milliseconds(random.below(50)))
            host.world.scheduler.holdsCommits = false
            if random.below(2) == 0 {
                try host.restart()
            } else {
                for _ in 0..<20 where tasks.contains(where: { $0.result == nil }) { try host.advance(by: .seconds(10)) }
                if tasks.contains(where: { $0.result == nil }) { violations.add("a client never ends") }
            }
            host.store.repair()
        }
        try host.restart()
        for client in clients { try host.run { await client.look(host.bindings.getByName(client.name)) } }
        return violations.all.map { "seed \(seed): \($0)" }
    }

    /// Has a ledger looked at and evicted while its client writes.
    private static func beginDisturbing(_ name: String, _ host: Host, _ random: SeededRandom) {
        let ledgers = host.bindings
        _ = host.world.start {
            for _ in 0..<10 {
                await host.world.sleep(milliseconds: Int64(random.below(10)))
                if random.below(2) == 0 {
                    // It may be reset meanwhile; what is wrong it says itself.
                    _ = try? await ledgers.getByName(name).look(thoroughly: false)
                } else {
                    // One that is not in memory, or busy, cannot be evicted.
                    try? await evictDurableObject(ledgers.getByName(name))
                }
            }
        }
    }

    private static func begin(_ client: LedgerClient, _ host: Host, _ random: SeededRandom) -> SimulatedTask<Void> {
        let ledgers = host.bindings
        return host.world.start {
            for _ in 0..<8 {
                await client.step(ledgers.getByName(client.name), random)
                await host.world.sleep(milliseconds: Int64(random.below(20)))
            }
        }
    }
}

/// The one client of a ledger that writes, and what it may believe of it: what fails may have happened or not.
private final class LedgerClient: Sendable {
    let name: String
    private let violations: Recorder<String>
    private let believed = Mutex<Set<LedgerState>>([LedgerState()])

    init(name: String, violations: Recorder<String>) {
        self.name = name
        self.violations = violations
    }

    func step(_ ledger: SweptLedger, _ random: SeededRandom) async {
        let value = 1 + random.below(200)
        switch random.below(12) {
        case 0, 1: await look(ledger)
        // One that is not in memory, or busy, cannot be evicted.
        case 2, 3: try? await evictDurableObject(ledger)
        default: await enter(ledger, Entering.allCases[random.below(Entering.allCases.count)], value)
        }
    }

    private func enter(_ ledger: SweptLedger, _ way: Entering, _ value: Int) async {
        // What a removal leaves depends on what was there, so anything may be believed of one.
        let after = believed.withLock { believed in
            let after = way == .remove ? [] : Set(believed.map { Self.outcome(of: way, value, on: $0) })
            believed = after.isEmpty ? [] : believed.union(after)
            return after
        }
        do {
            try await ledger.enter(way, value)
            believed.withLock { $0 = after }
        } catch {}
    }

    private static func outcome(of way: Entering, _ value: Int, on state: LedgerState) -> LedgerState {
        let entries = 1 + value % 5
        var next = way == .deleteAll ? LedgerState() : state
        switch way {
        case .plain, .synchronous, .transaction, .deleteAll:
            next.count += entries
            next.sum += entries * value + entries * (entries - 1) / 2
        case .update: next.sum += state.count * value
        case .remove, .failingSynchronous, .failingTransaction, .abort: break
        }
        return next
    }

    /// Reads all, which must be believed possible; an empty belief is that anything is.
    func look(_ ledger: SweptLedger) async {
        // A reset says nothing of what is there.
        guard let found = try? await ledger.look(thoroughly: true) else { return }
        believed.withLock { believed in
            if !believed.isEmpty, !believed.contains(found) {
                violations.add("\(name): \(found) is none of \(believed)")
            }
            believed = [found]
        }
    }
}
