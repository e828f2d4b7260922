import Cluster
import DurableActorsTestKit
import Testing

/// Nodes, clients and faults under many seeds: shards have one owner at most, nothing that was acknowledged is lost, and
/// in the end each shard is served where it should be.
@Suite struct ClusterSweepTests {
    private static let seeds = SweepSeeds.range(200)

    private func run(_ seed: UInt64, _ faults: KeeperFaults = []) throws -> SweptCluster {
        let cluster = try SweptCluster(seed: seed, faults: faults)
        try cluster.run(steps: 1500)
        return cluster
    }

    @Test func `no crash, cut, pause or lost letter gives a shard two owners, loses a write or stops a move for ever`()
        throws
    {
        var (crashes, moves, calls) = (0, 0, 0)
        for seed in Self.seeds {
            let cluster = try run(seed)
            #expect(cluster.ledger.violations == [], "seed \(seed)")
            crashes += cluster.crashes
            moves += cluster.moves
            calls += cluster.ledger.acknowledged.count
        }
        #expect(crashes > Self.seeds.count * 3 && moves > Self.seeds.count * 3 && calls > Self.seeds.count * 20)
    }

    // MARK: Keepers that are wrong on purpose

    /// The first seed under which a wrong keeper is found out.
    private func firstSeed(of fault: KeeperFaults, within seeds: UInt64) throws -> UInt64? {
        try (1...seeds).first { try !run($0, fault).ledger.violations.isEmpty }
    }

    @Test func `a shard that is served from its bundle is caught`() throws {
        #expect(try firstSeed(of: .servesStaged, within: 20) != nil)
    }

    @Test func `rows that are dropped before the shard is given are caught`() throws {
        #expect(try firstSeed(of: .dropsEarly, within: 300) != nil)
    }

    @Test func `a take of another transfer that is obeyed is caught`() throws {
        #expect(try firstSeed(of: .ignoresTransfer, within: 300) != nil)
    }

    @Test func `a keeper that does not look at epochs is caught`() throws {
        #expect(try firstSeed(of: .ignoresEpoch, within: 20) != nil)
    }

    @Test func `a shard that is given while its events run is caught`() throws {
        #expect(try firstSeed(of: .givesWhileRunning, within: 20) != nil)
    }
}
