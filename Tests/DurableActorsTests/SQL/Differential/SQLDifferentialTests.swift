import DurableActors
import Testing

/// An object's SQL answers like the system's SQLite does on a plain file.
@Suite struct SQLDifferentialTests {
    /// Whether a runner answers each step as the shell does.
    private func compare(_ runner: some SQLRunner, _ steps: [SQLStep], seed: UInt64) throws {
        let expected = try ShellRunner().answers(to: steps)
        let found = try runner.answers(to: steps)
        for index in steps.indices where found[index] != expected[index] {
            Issue.record("seed \(seed), step \(index), \(steps[index]): \(found[index]) and not \(expected[index])")
            return
        }
        let failed = expected.filter { $0.hasPrefix("error: ") }.count
        #expect(failed > 20 && failed < 150)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `hundreds of statements and transactions of a seed are answered as by the shell`(_ seed: UInt64) throws {
        try compare(MemoryRunner(), SQLGenerator.steps(seed: seed, count: 300), seed: seed)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `an object that is evicted and crashes between turns answers as the shell does`(_ seed: UInt64) throws {
        let steps = SQLGenerator.steps(seed: seed, count: 300, reopens: true)
        #expect(steps.count { $0 == .reopen } > 0)
        try compare(ObjectRunner(seed: seed), steps, seed: seed)
    }

    @Test func `the comparison finds a runner that loses a rollback`() throws {
        struct Forgetful: SQLRunner {
            func answers(to steps: [SQLStep]) throws -> [String] {
                try MemoryRunner().answers(to: steps.map { $0 == .end(keeps: false) ? .end(keeps: true) : $0 })
            }
        }
        let steps = SQLGenerator.steps(seed: 1, count: 300)
        #expect(try Forgetful().answers(to: steps) != MemoryRunner().answers(to: steps))
    }

    @Test func `the comparison finds a host that keeps what was rolled back`() throws {
        let steps = SQLGenerator.steps(seed: 1, count: 300, reopens: true)
        var limits = HostLimits()
        limits.faults = .keptRollbacks
        #expect(try ObjectRunner(seed: 1, limits: limits).answers(to: steps) != ShellRunner().answers(to: steps))
    }
}
