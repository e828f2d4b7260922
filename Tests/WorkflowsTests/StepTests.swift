import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct StepTests {
    @Test func `after a crash steps that have ended do not run again and return the same`() throws {
        let rig = try Rig { _, step, effects in
            let id = try await step.uuid()
            let made = try await step.do("make") { _ in
                effects.note("make")
                return "made"
            }
            try await step.do("void") { _ in effects.note("void") }
            effects.note(id)
            try await step.sleep("s", "10 seconds")
            return .string(made)
        }
        try rig.create()
        try rig.advance(4000)
        try rig.crash(downFor: 1000)
        try rig.finish()
        #expect(try rig.report().output == "made")
        #expect(rig.effects.count("make") == 1)
        #expect(rig.effects.count("void") == 1)
        let ids = rig.effects.all.filter { $0.utf8.count == 36 }
        #expect(ids.count == 2 && Set(ids).count == 1)
    }

    @Test func `names that differ only in Unicode normalisation are different steps`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("\u{E9}") { effects.note("composed \($0.step.count)") }
            try await step.do("e\u{301}") { effects.note("decomposed \($0.step.count)") }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        try rig.crash()
        try rig.finish()
        #expect(rig.effects.all == ["composed 1", "decomposed 1"])
    }

    @Test func `a result of one byte more than a mebibyte fails the step without another attempt`() throws {
        let rig = try Rig { event, step, effects in
            guard case .integer(let size) = event.payload else { return nil }
            _ = try await step.do("x") { _ in
                effects.note("attempt")
                return [UInt8](repeating: 7, count: Int(size))
            }
            return "stored"
        }
        let overhead = try ValueCodec.encode([UInt8](repeating: 7, count: 1_048_000)).count - 1_048_000
        try rig.create("fits", .integer(1_048_576 - Int64(overhead)))
        try rig.create("over", .integer(1_048_577 - Int64(overhead)))
        try rig.finish()
        #expect(try rig.report("fits").output == "stored")
        #expect(
            try rig.report("over").error
                == WorkflowError(
                    name: "WorkflowInternalError",
                    "Step x-1 output is too large. Maximum allowed size is 1MiB."
                )
        )
        #expect(rig.effects.count("attempt") == 2)
    }

    @Test func `a stored value that new code cannot read holds the instance without running the step`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("x") { _ in "text" }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        rig.deploy { _, step, effects in
            // Silence is right: the claim is that swallowing the error has no effect.
            _ = try? await step.do("x") { _ in [1, 2] }
            effects.note("went on")
            try await step.do("y") { _ in effects.note("y") }
            return nil
        }
        try rig.crash()
        try rig.finish()
        #expect(try rig.status() == .paused)
        #expect(rig.effects.count("y") == 0)
    }

    @Test func `recorded facts do not count as steps and are the same after a crash`() throws {
        var limits = WorkflowLimits()
        limits.steps = 1
        let rig = try Rig(limits: limits) { _, step, effects in
            effects.note("\(try await step.now()) \(try await step.random()) \(try await step.uuid())")
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        try rig.crash(downFor: 5000)
        try rig.finish()
        #expect(try rig.status() == .complete)
        #expect(Set(rig.effects.all).count == 1 && rig.effects.all.count >= 2)
    }
}
