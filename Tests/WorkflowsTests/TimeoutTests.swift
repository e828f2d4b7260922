import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Instances that were given a time.
@Suite struct TimeoutTests {
    private static let timedOut = WorkflowError(name: "WorkflowTimeoutError", "Execution timed out after 60000ms")

    /// An instance with a minute to live, whose steps can be undone.
    private func rig(limits: WorkflowLimits = WorkflowLimits(), _ body: @escaping Script) throws -> Rig {
        try Rig(limits: limits) { event, step, effects in
            try await step.do("made") { _ in
                effects.note("made")
            } rollback: { context in
                effects.note("undone for \(context.error.name)")
            }
            return try await body(event, step, effects)
        }
    }

    private func create(_ rig: Rig, _ id: String = "a", rollback: Bool = true) throws {
        let workflow = rig.host.bindings
        _ = try rig.host.run("create", advancesTime: false) {
            try await workflow.create(id: id, params: [:], timeout: .init(after: "1 minute", rollback: rollback))
        }
    }

    private static let scripts: [String: Script] = [
        "sleeping": { _, step, _ in
            try await step.sleep("s", "1 day")
            return nil
        },
        "running": { _, step, _ in
            try await step.do("endless", StepConfig(timeout: "1 hour")) { _ in await Never.ends() }
            return nil
        },
        "retrying": { _, step, _ in
            try await step.do("failing", StepConfig(retries: .init(limit: 9, delay: "1 hour"))) { _ in
                throw WorkflowError(boom: "no")
            }
            return nil
        },
    ]

    @Test(arguments: ["sleeping", "running", "retrying"], ["here", "evicted", "crashed", "down"])
    func `an instance is terminated when its time has passed, whatever it does then`(what: String, how: String) throws {
        let rig = try rig(try #require(Self.scripts[what]))
        try create(rig)
        try rig.advance(30_000)
        switch how {
        case "evicted" where what != "running": try rig.evict()
        case "crashed": try rig.crash()
        case "down":
            try rig.crash(downFor: 29_999)
            #expect(try !rig.status().isFinite)
            try rig.crash(downFor: 3_600_000)
        default: break
        }
        if how != "down" {
            try rig.advance(29_999)
            #expect(try !rig.status().isFinite)
            try rig.advance(1)
        }
        let report = try rig.report()
        #expect(report.status == .terminated && report.error == Self.timedOut)
        #expect(report.rollback == .init(outcome: .complete, error: nil))
        #expect(rig.effects.all == ["made", "undone for WorkflowTimeoutError"])
        let end = try rig.log().last
        #expect(end?.name == .workflowTerminated)
        #expect(
            end?.details["error"] == ["name": .string(Self.timedOut.name), "message": .string(Self.timedOut.message)]
        )
        try rig.crash()
        try rig.advance(3_600_000)
        #expect(rig.effects.count("undone for WorkflowTimeoutError") == 1)
    }

    @Test func `without rollback nothing is undone, and what ends in time has no error`() throws {
        let rig = try rig { event, step, _ in
            if event.instanceId == "late" { try await step.sleep("s", "2 minutes") }
            return "in time"
        }
        for id in ["late", "quick"] { try create(rig, id, rollback: false) }
        try rig.advance(600_000)
        #expect(try rig.report("late").error == Self.timedOut)
        #expect(try rig.report("late").rollback == nil)
        #expect(try rig.report("quick").status == .complete && rig.report("quick").error == nil)
        #expect(rig.effects.all == ["made", "made"])
    }

    @Test func `time in the queue counts, time in pause does not, and a restart begins anew`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 1
        let rig = try rig(limits: limits) { event, step, _ in
            if event.instanceId == "first" {
                try await step.do("endless", StepConfig(timeout: "1 day")) { _ in await Never.ends() }
            }
            try await step.sleep("s", "1 day")
            return nil
        }
        try rig.create("first")
        try rig.settle()
        try create(rig, "queued")
        try rig.advance(60_000)
        #expect(try rig.status("queued") == .terminated)
        try rig.terminate("first")
        try create(rig)
        try rig.advance(20_000)
        try rig.pause()
        try rig.crash(downFor: 3_600_000)
        try rig.advance(100_000)
        #expect(try rig.status() == .paused)
        try rig.resume()
        try rig.advance(39_999)
        #expect(try rig.status() == .waiting)
        try rig.advance(1)
        #expect(try rig.status() == .terminated)
        try rig.restart()
        try rig.advance(59_999)
        #expect(try rig.status() == .waiting)
        try rig.advance(1)
        #expect(try rig.status() == .terminated)
    }

    @Test(arguments: ["0", "soon", "101 years", "-1"])
    func `a time that is none is refused, and so is such a retention`(text: String) throws {
        let rig = try rig { _, _, _ in nil }
        let workflow = rig.host.bindings
        let duration = WorkflowDuration(text)
        let refused = { (retention: WorkflowRetention?, timeout: WorkflowTimeout?) in
            try rig.host.run {
                _ = try await workflow.create(id: "a", params: [:], retention: retention, timeout: timeout)
            }
        }
        #expect(throws: WorkflowError.self) { try refused(nil, .init(after: duration)) }
        guard text != "0" else { return }
        #expect(throws: WorkflowError.self) { try refused(.init(success: duration), nil) }
        #expect(throws: WorkflowError.instanceNotFound) { try rig.status() }
    }

    @Test func `a process that dies after any commit ends and undoes an instance once`() throws {
        let script: Script = { _, step, effects in
            try await step.do("made") { _ in
                effects.note("made")
            } rollback: { _ in
                effects.note("undone")
            }
            try await step.sleep("s", "1 day")
            return nil
        }
        let store = MemoryStore(keepsHistory: true)
        let whole = try Rig(store: store, script)
        try create(whole)
        let created = store.commitCount
        try whole.advance(120_000)
        #expect(whole.effects.all == ["made", "undone"])
        for commit in created...store.commitCount {
            let rig = try Rig(seed: 2, store: store.copy(afterCommit: commit), script)
            try rig.advance(120_000)
            #expect(try rig.report().error == Self.timedOut, "after commit \(commit)")
            #expect(rig.effects.count("undone") <= 1, "after commit \(commit)")
        }
    }
}
