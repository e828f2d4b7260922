import Cluster
import DurableActors
import DurableActorsTestKit
import Testing

/// Nodes that lose their power at any write of a move.
@Suite struct MoveCrashTests {
    /// Moves a few shards.
    private static let shifted: [(name: String, weight: Double)] = [("a", 1), ("b", 1.003)]
    private static let back: [(name: String, weight: Double)] = [("a", 1), ("b", 1)]

    /// Moves shards from a to b, and back again once they were written to there.
    ///
    /// One of the nodes crashes at a write after the first or the second change. Returns what every ledger has at the end, and
    /// how often its alarm rang.
    private func moveAndReturn(
        seed: UInt64,
        crash: (node: Int, write: Int, onReturn: Bool)?,
        options: MovingRig.Options = MovingRig.logged
    ) throws -> (ledgers: [[Int]], rings: [Int], writes: Int, rig: MovingRig) {
        let rig = try MovingRig(seed: seed, options: options)
        let names = try rig.names(2, from: "a", to: "b", becoming: Self.shifted)
        // The last of it is in the log only: nothing has been applied since.
        _ = try rig.add(names, String(repeating: "x", count: 3000))
        try rig.cluster.world.run {
            for name in names { try await rig.ledger(name).ring("x", in: 600_000) }
        }
        let node = crash?.node ?? 0
        if let crash, !crash.onReturn { rig.cluster.nodes[node].store.crash(atWrite: crash.write) }
        try rig.cluster.become(Self.shifted)
        try rig.settle()
        _ = try rig.add(names, at: 1)
        if let crash, crash.onReturn { rig.cluster.nodes[node].store.crash(atWrite: crash.write) }
        let before = rig.cluster.nodes[node].store.attemptCount
        try rig.cluster.become(Self.back)
        try rig.settle()
        let writes = rig.cluster.nodes[node].store.attemptCount - before
        let ledgers = try rig.add(names, at: 1)
        try rig.cluster.world.advance(by: .seconds(700))
        return (ledgers, try rig.rings(names), writes, rig)
    }

    private func check(seed: UInt64, crash: (node: Int, write: Int, onReturn: Bool)?) throws -> Int {
        let end = try moveAndReturn(seed: seed, crash: crash)
        #expect(end.ledgers == [[3, 3, 3], [3, 3, 3]], "\(crash as Any)")
        #expect(end.rings == [1, 1], "\(crash as Any)")
        #expect(try end.rig.strays() == [], "\(crash as Any)")
        return end.writes
    }

    @Test func `what is only logged moves along, and old records do not come back over what returns`() throws {
        // The crashes below are at these.
        #expect((4...16).contains(try check(seed: 1, crash: nil)))
    }

    @Test(arguments: 1...16) func `the node that gives may crash at any write`(write: Int) throws {
        _ = try check(seed: UInt64(write), crash: (0, write, false))
    }

    @Test(arguments: 1...16) func `the node that takes may crash at any write, though it had the shards before`(
        write: Int
    ) throws {
        _ = try check(seed: UInt64(write), crash: (0, write, true))
    }

    @Test func `rows that are dropped before the shard is given are missed after a crash`() throws {
        var options = MovingRig.logged
        options.settings.keeper.faults = .dropsEarly
        var isCaught = false
        for write in 1...16 where !isCaught {
            let crash = (node: 0, write: write, onReturn: false)
            let end = try? moveAndReturn(seed: 1, crash: crash, options: options)
            isCaught = end?.ledgers != [[3, 3, 3], [3, 3, 3]]
        }
        #expect(isCaught)
    }
}
