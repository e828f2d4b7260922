import DurableActors
import HostClient
import Synchronization
import Testing

/// Kills a real host with SIGKILL at random moments under load, and holds what clients were told against what is there.
@Suite(.serialized) struct LedgerCrashTests {
    /// How many kills; each is followed by a start over the same data.
    static let kills = 200

    @Test(.timeLimit(.minutes(15)))
    func `no acknowledged write is lost and none is shown before it is durable, over 200 kills`() throws {
        let run = try CrashRun(seed: 20_261_121, arguments: [])
        for _ in 0..<Self.kills { try run.killOnce() }
        #expect(run.violations == [])
        #expect(run.acknowledged > Self.kills)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the same holds for clients of a node that owns none of the ledgers, over 10 kills of all three nodes`() throws
    {
        let run = try CrashRun(seed: 5, arguments: [], foreignDoor: true)
        for _ in 0..<10 { try run.killOnce() }
        #expect(run.violations == [])
        #expect(run.acknowledged > 10)
    }

    @Test(.timeLimit(.minutes(5)))
    func `the same checker catches a host whose output gate is off`() throws {
        let run = try CrashRun(seed: 7, arguments: ["--break-output-gate"])
        for _ in 0..<Self.kills where run.violations.isEmpty { try run.killOnce() }
        #expect(!run.violations.isEmpty)
    }
}
