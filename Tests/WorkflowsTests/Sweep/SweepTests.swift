import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Every workflow of the corpus cut after each commit and at random moments: it comes to what the model says.
@Suite struct SweepTests {
    private static let seeds = SweepSeeds.range(400)

    /// Cuts a workflow after each commit and lets a new process finish it; the first violations that are found.
    private func cutAfterEachCommit(
        _ subject: SweepCase,
        seed: UInt64,
        limits: WorkflowLimits = WorkflowLimits()
    ) throws -> (points: Int, violations: [String]) {
        let store = MemoryStore(keepsHistory: true)
        let first = try SweepRig(subject, seed: seed, store: store, limits: limits)
        try first.create()
        for event in subject.events { try first.send(event) }
        let accepted = subject.events.isEmpty ? 0 : store.commitCount
        try first.host.advance(by: .seconds(600))
        let whole = try first.violations(crashes: 0, isDelayed: false)
        guard whole.isEmpty else { return (0, whole) }
        var points = 0
        for commit in accepted...store.commitCount {
            let rig = try SweepRig(subject, seed: seed &+ 1, store: store.copy(afterCommit: commit), limits: limits)
            // Another day of the same world, after all that the first host did.
            rig.host.world.clock.jumpWallClock(byMilliseconds: 700_000)
            do {
                _ = try rig.status()
            } catch WorkflowError.instanceNotFound {
                continue
            }
            try rig.host.advance(by: .seconds(600))
            points += 1
            let violations = try rig.violations(crashes: 1, isDelayed: true, seesAll: false)
            if !violations.isEmpty { return (points, violations.map { "after commit \(commit): \($0)" }) }
        }
        return (points, [])
    }

    /// Runs one history of random cuts, pauses, evictions and events.
    private func disturb(
        _ subject: SweepCase,
        seed: UInt64,
        limits: WorkflowLimits = WorkflowLimits(),
        hostLimits: HostLimits = HostLimits()
    ) throws -> (crashes: Int, violations: [String]) {
        let rig = try SweepRig(subject, seed: seed, limits: limits, hostLimits: hostLimits)
        let random = SeededRandom(seed: seed ^ 0x5EED)
        var (crashes, pauses, events) = (0, 0, subject.events[...])
        try rig.create()
        for _ in 0..<400 {
            if try rig.status().isFinite { break }
            switch random.below(12) {
            case 0..<4 where crashes < 8:
                try goOn(rig, forSteps: 1 + random.below(40))
                try rig.host.restart()
                crashes += 1
            case 4 where pauses < 3:
                try rig.control { try await $0.pause() }
                pauses += 1
            case 5, 6: try rig.control { try await $0.resume() }
            case 7, 8:
                if let event = events.popFirst() { try rig.send(event) }
            case 9: try rig.host.advance(by: .seconds(15))
            default: try rig.host.advance(by: .milliseconds(Int64(random.below(4000))))
            }
        }
        for event in events where !(try rig.status().isFinite) { try rig.send(event) }
        try rig.control { try await $0.resume() }
        try rig.host.advance(by: .seconds(3600))
        return (crashes, try rig.violations(crashes: crashes, isDelayed: pauses > 0))
    }

    private func goOn(_ rig: SweepRig, forSteps steps: Int) throws {
        do {
            let world = rig.host.world
            try world.run("go on", maximumSteps: steps) { await world.sleep(milliseconds: 60_000) }
        } catch let error as SimulationError where error.code == .livelock {
            // The steps have been taken, which is what was asked for.
        }
    }

    @Test(arguments: SweepCase.corpus.indices)
    func `WF 168: a process that dies after any commit changes nothing of what a workflow comes to`(index: Int) throws {
        let subject = SweepCase.corpus[index]
        for seed in 1...UInt64(3) {
            let (points, violations) = try cutAfterEachCommit(subject, seed: seed)
            #expect(violations == [], "\(subject.name), seed \(seed)")
            #expect(points >= 2, "\(subject.name) has more commits than \(points)")
        }
    }

    @Test func `WF 169: crashes, pauses and events at any moment change nothing of what a workflow comes to`() throws {
        var crashes = 0
        for seed in Self.seeds {
            let subject = SweepCase.corpus[Int(seed) % SweepCase.corpus.count]
            let outcome = try disturb(subject, seed: seed)
            #expect(outcome.violations == [], "\(subject.name), seed \(seed)")
            crashes += outcome.crashes
        }
        #expect(crashes > Self.seeds.count, "the histories were too quiet: \(crashes)")
    }

    // MARK: Engines that are wrong on purpose

    private func caught(
        _ name: String,
        within seeds: UInt64,
        _ run: (SweepCase, UInt64) throws -> [String]
    ) throws -> Bool {
        let subject = try #require(SweepCase.corpus.first { $0.name == name })
        for seed in 1...seeds where !(try run(subject, seed).isEmpty) { return true }
        return false
    }

    @Test func `a journal that is written after its effect is seen is caught`() throws {
        var limits = HostLimits()
        limits.faults = .openOutputGate
        #expect(
            try caught("sequential", within: 300) { subject, seed in
                try disturb(subject, seed: seed, hostLimits: limits).violations
            }
        )
    }

    @Test func `an event that is consumed apart from its wait is caught`() throws {
        var limits = WorkflowLimits()
        limits.faults = .separateConsumption
        #expect(
            try caught("waiting", within: 20) { subject, seed in
                try cutAfterEachCommit(subject, seed: seed, limits: limits).violations
            }
        )
    }

    @Test func `a sleep without a stored deadline is caught`() throws {
        var limits = WorkflowLimits()
        limits.faults = .forgottenDeadlines
        #expect(
            try caught("sleeping", within: 50) { subject, seed in
                try disturb(subject, seed: seed, limits: limits).violations
            }
        )
    }
}
