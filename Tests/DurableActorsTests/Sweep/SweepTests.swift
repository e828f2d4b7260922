import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct SweepTests {
    /// How many seeds are swept: some hundreds, or as many as the environment asks for.
    private static let seeds = SweepSeeds.range(250)

    @Test func `whatever is done to objects at once, every seed keeps every rule`() throws {
        var found: [String] = []
        for seed in Self.seeds { found += try Sweep.violations(seed: seed, isLogged: seed % 2 == 0) }
        #expect(found == [])
    }

    @Test(arguments: [
        (DeliberateFaults.openOutputGate, "is none of"), (.manyInstances, "two lives"), (.keptRollbacks, "is none of"),
        (.silentAlarms, "never rang"), (.openOutputGate, "others were told"),
        (.openInputGate, "within a critical section"),
        (.lateDatabase, "is none of"), (.keptFacets, "is none of"), (.livingFacets, "rows are left"),
        (.emptyCopies, "is none of"),
    ])
    func `a host that is wrong on purpose is caught`(fault: DeliberateFaults, says: String) throws {
        let caught = try (1...40 as ClosedRange<UInt64>).first { seed in
            try Sweep.violations(seed: seed, faults: fault).contains { $0.contains(says) }
        }
        #expect(caught != nil)
    }

    @Test func `objects that forget the log before their store has it are caught`() throws {
        let caught = try (1...40 as ClosedRange<UInt64>).first { seed in
            try Sweep.violations(seed: seed, faults: .forgottenLog, isLogged: true).contains {
                $0.contains("is none of")
            }
        }
        #expect(caught != nil)
    }

    @Test func `an object that answers twice is caught`() throws {
        let caught = try (1...40 as ClosedRange<UInt64>).first { seed in
            try Sweep.violations(seed: seed, doublesEchoes: true).contains { $0.contains("came back of") }
        }
        #expect(caught != nil)
    }
}
