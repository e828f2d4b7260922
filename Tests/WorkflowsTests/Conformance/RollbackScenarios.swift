import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct RollbackScenarios {
    private static let once = StepConfig(retries: .init(limit: 0, delay: 0))

    /// A step that notes its rollback.
    private static func undoable(
        _ step: WorkflowStep,
        _ effects: Effects,
        _ name: String,
        fails: Bool = false,
        rollbackFails: Bool = false,
        rollbackConfig: StepConfig = once
    ) async throws {
        let undo: @Sendable (WorkflowRollbackContext<String>) async throws -> Void = { context in
            effects.note("undo \(context.stepName) \(context.output ?? "nothing") \(context.error)")
            if rollbackFails { throw WorkflowError(boom: "cannot undo") }
        }
        let make: @Sendable (WorkflowStepContext) async throws -> String = { _ in
            effects.note(name)
            if fails { throw WorkflowError(boom: name) }
            return "made \(name)"
        }
        _ = try await step.do(name, once, rollbackConfig: rollbackConfig, make, rollback: undo)
    }

    @Test func `WF 135, 137, 138: what has begun is rolled back from the last to the first`() throws {
        let rig = try Rig { _, step, effects in
            try await Self.undoable(step, effects, "a")
            try await step.do("plain") { _ in }
            try await Self.undoable(step, effects, "b")
            try await Self.undoable(step, effects, "c", fails: true)
            return nil
        }
        try rig.create()
        try rig.finish()
        #expect(
            rig.effects.all == [
                "a", "b", "c", "undo c-1 nothing Error: c", "undo b-1 made b Error: c", "undo a-1 made a Error: c",
            ]
        )
        let report = try rig.report()
        #expect(report.status == .errored && report.error == WorkflowError(name: "Error", "c"))
        #expect(report.rollback == .init(outcome: .complete, error: nil))
        let names = try rig.log().map(\.name).filter { $0.rawValue.hasPrefix("rollback") }
        #expect(names.first == .rollbackStarted && names.last == .rollbackCompleted && names.count == 14)
    }

    @Test func `WF 136: parallel steps are rolled back by the order of their starts`() throws {
        let rig = try Rig { _, step, effects in
            let branches = [("a", 5 as Int64), ("b", 1)].map { name, seconds in
                WorkflowBranch<String>.do(name) { _ in
                    try await step.sleep("in \(name)", .init(milliseconds: seconds * 1000))
                    effects.note(name)
                    return name
                } rollback: {
                    effects.note("undo \($0.stepName)")
                }
            }
            _ = try await step.all(branches)
            throw WorkflowError(boom: "x")
        }
        try rig.create()
        try rig.finish()
        #expect(rig.effects.all == ["b", "a", "undo b-1", "undo a-1"])
    }

    @Test func `WF 139, 140: a handler that fails ends the rollback, after as many attempts as its configuration says`()
        throws
    {
        let rig = try Rig { _, step, effects in
            try await Self.undoable(step, effects, "a")
            let twice = StepConfig(retries: .init(limit: 1, delay: 10))
            try await Self.undoable(step, effects, "b", rollbackFails: true, rollbackConfig: twice)
            try await Self.undoable(step, effects, "c")
            throw WorkflowError(boom: "trigger")
        }
        try rig.create()
        try rig.finish()
        let undone = rig.effects.all.filter { $0.hasPrefix("undo") }.map { $0.prefix(8) }
        #expect(undone == ["undo c-1", "undo b-1", "undo b-1"])
        let report = try rig.report()
        #expect(report.error == WorkflowError(name: "Error", "trigger"))
        #expect(report.rollback == .init(outcome: .failed, error: WorkflowError(name: "Error", "cannot undo")))
    }

    private static let sleeping: Script = { _, step, effects in
        try await undoable(step, effects, "a")
        try await undoable(step, effects, "b")
        try await step.sleep("s", "1 day")
        return nil
    }

    private static let undone = ["b", "a"].map {
        "undo \($0)-1 made \($0) Terminated: Instance terminated during rollback"
    }

    @Test(arguments: ["asleep", "evicted", "paused", "crashed"])
    func `WF 141, 142: terminate rolls back from wherever the instance is, and runs no step again`(how: String) throws {
        let rig = try Rig(Self.sleeping)
        try rig.create()
        try rig.advance(1000)
        if how == "evicted" { try rig.advance(60_000) }
        if how == "paused" { try rig.pause() }
        if how == "crashed" { try rig.crash() }
        try rig.terminate(rollback: true)
        try rig.advance(1000)
        #expect(rig.effects.all == ["a", "b"] + Self.undone)
        #expect(try rig.report().status == .terminated)
        #expect(try rig.report().rollback == .init(outcome: .complete, error: nil))
    }

    @Test func `WF 143: a step that did not end is rolled back without output, after a crash too`() throws {
        let rig = try Rig { _, step, effects in
            _ = try await step.do("x") { _ in
                try await step.sleep("n", "5 minutes")
                return 1
            } rollback: {
                effects.note("undo \($0.output.map { "\($0)" } ?? "nothing")")
            }
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        try rig.terminate(rollback: true)
        try rig.advance(1000)
        #expect(rig.effects.all == ["undo nothing"])
        #expect(try rig.status() == .terminated)
        try rig.create("b")
        try rig.advance(1000)
        try rig.crash()
        try rig.terminate("b", rollback: true)
        try rig.advance(1000)
        #expect(rig.effects.all == ["undo nothing", "undo nothing"])
    }

    @Test func `WF 144: a build without the handler fails the rollback`() throws {
        let rig = try Rig(Self.sleeping)
        try rig.create()
        try rig.advance(60_000)
        rig.deploy { _, step, _ in
            try await step.sleep("s", "1 day")
            return nil
        }
        try rig.crash()
        try rig.terminate(rollback: true)
        try rig.advance(1000)
        let missing = WorkflowError(name: "RollbackMissing", "Rollback function not available in registry")
        #expect(try rig.report().status == .terminated)
        #expect(try rig.report().rollback == .init(outcome: .failed, error: missing))
    }

    @Test func `WF 145: nothing is rolled back after success or an error that was caught`() throws {
        let rig = try Rig { _, step, effects in
            try await Self.undoable(step, effects, "a")
            do { try await Self.undoable(step, effects, "b", fails: true) } catch { effects.note("caught") }
            return "done"
        }
        try rig.create()
        try rig.finish()
        #expect(rig.effects.all == ["a", "b", "caught"])
        #expect(try rig.report().status == .complete && rig.report().rollback == nil)
    }

    @Test func `WF 146: a crash in a handler repeats that one and no other`() throws {
        let rig = try Rig { _, step, effects in
            for name in ["a", "b", "c"] {
                _ = try await step.do(name) { _ in
                    name
                } rollback: { _ in
                    effects.note("undo \(name)")
                    if name == "b", effects.count("undo b") == 1 { await effects.sleep(seconds: 60) }
                }
            }
            throw WorkflowError(boom: "x")
        }
        try rig.create()
        try rig.advance(1000)
        #expect(try rig.status() == .running)
        try rig.crash()
        try rig.finish()
        #expect(rig.effects.all == ["undo c", "undo b", "undo b", "undo a"])
        #expect(try rig.report().error == WorkflowError(name: "Error", "x"))
    }

    @Test func `WF 147: a handler cannot call steps`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("a", Self.once) { _ in
            } rollback: { _ in
                try await step.do("in handler") { _ in effects.note("ran") }
            }
            throw WorkflowError(boom: "x")
        }
        rig.host.bindings.introspect("a").modifier.disableRetryDelays()
        try rig.create()
        try rig.finish()
        #expect(rig.effects.all == [])
        let refused = WorkflowError(name: "WorkflowFatalError", "Cannot execute steps during rollback phase")
        #expect(try rig.report().rollback == .init(outcome: .failed, error: refused))
    }
}
