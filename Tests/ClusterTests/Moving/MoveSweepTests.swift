import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// Whole hosts whose shards move, under many seeds: what objects said is true, whatever happens to nodes and links.
@Suite struct MoveSweepTests {
    /// A run takes as long as twenty of the other sweeps'.
    private static let seeds = SweepSeeds.range(160)

    @Test func `no fault during moves loses, doubles or reorders what is said, silences an alarm or makes two owners`()
        throws
    {
        var (runs, crashes, moves, answers) = (0, 0, 0, 0)
        for seed in stride(from: Self.seeds.lowerBound, through: Self.seeds.upperBound, by: 20) {
            let sweep = try MoveSweep(seed: seed)
            try sweep.run(steps: 30)
            #expect(sweep.ledger.violations == [], "seed \(seed)")
            runs += 1
            crashes += sweep.crashes
            moves += sweep.moves
            answers += sweep.ledger.answers
        }
        #expect(crashes * 2 >= runs && moves >= runs && answers > runs * 20, "\(crashes), \(moves), \(answers)")
    }

    // MARK: Nodes that are wrong on purpose

    private func isCaught(
        isCalm: Bool = true,
        _ faults: DeliberateFaults = [],
        mixesDoors: Bool = false,
        says text: String
    ) throws -> Bool {
        try (1...40 as ClosedRange<UInt64>).contains { seed in
            let sweep = try MoveSweep(seed: seed, isCalm: isCalm, faults: faults, mixesDoors: mixesDoors)
            try sweep.run(steps: 30)
            return sweep.ledger.violations.contains { $0.contains(text) }
        }
    }

    @Test func `objects whose answers do not wait for the disk are caught`() throws {
        #expect(try isCaught(isCalm: false, .openOutputGate, says: "has said"))
    }

    @Test func `nodes that serve a shard on which they have given away are caught`() throws {
        #expect(try isCaught(.servedOn, says: "serve shard"))
        #expect(try isCaught(.servedOn, says: "has said"))
    }

    @Test func `clients that take stubs of several nodes for one are caught`() throws {
        #expect(try isCaught(mixesDoors: true, says: "was overtaken"))
    }

    @Test func `clients that are not asked to pause are caught`() throws {
        #expect(try isCaught(.unpausedClients, says: "socket"))
    }

    @Test func `alarms that came due while their shard was on its way, and are forgotten, are caught`() throws {
        #expect(try isCaught(.missedAlarms, says: "never rang"))
    }
}
