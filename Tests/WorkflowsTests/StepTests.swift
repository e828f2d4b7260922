import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct StepTests {
    @Test func `steps of one name are counted, and their values kept apart`() throws {
        let rig = try Rig { _, step, _ in
            let first = try await step.do("x") { $0.step.count }
            let second = try await step.do("x") { $0.step.count * 10 }
            try await step.sleep("x", 5)
            return [.integer(Int64(first)), .integer(Int64(second))]
        }
        try rig.create()
        try rig.finish()
        #expect(try rig.report().output == [1, 20])
    }

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

    @Test func `the context names the step, its attempt and the whole configuration`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("plain") { context in
                effects.note("\(context.step.name) \(context.step.count) \(context.attempt)")
                #expect(
                    context.config
                        == StepConfig(retries: .init(limit: 5, delay: "10 seconds"), timeout: "10 minutes")
                )
            }
            try await step.do("own", .init(retries: .init(limit: 2, delay: 100))) { context in
                #expect(
                    context.config
                        == StepConfig(
                            retries: .init(limit: 2, delay: 100, backoff: .exponential),
                            timeout: "10 minutes"
                        )
                )
            }
            return nil
        }
        try rig.create()
        try rig.settle()
        #expect(try rig.status() == .complete)
        #expect(rig.effects.all == ["plain 1 1"])
    }

    @Test func `a sleep, a wait and a call of one name are three steps`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("x") { effects.note("do \($0.step.count)") }
            try await step.sleep("x", 10)
            let event = try await step.waitForEvent("x", type: "x", as: JSONValue.self)
            return event.payload
        }
        try rig.create()
        try rig.send("x", 7)
        try rig.finish()
        #expect(try rig.report().output == 7)
        #expect(rig.effects.all == ["do 1"])
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

    @Test(arguments: [String(repeating: "x", count: 257), "a\u{0}b", "tab\t"])
    func `a step name that is too long or holds a control character is refused`(_ name: String) throws {
        let rig = try Rig { _, step, effects in
            try await step.do(name) { _ in effects.note("ran") }
            return nil
        }
        try rig.create()
        try rig.settle()
        #expect(
            try rig.report().error
                == WorkflowError(
                    name: "WorkflowFatalError",
                    "Step name \"\(name)\" exceeds max length (256 chars) or invalid characters found"
                )
        )
        #expect(rig.effects.all == [])
    }

    @Test(arguments: ["", " ", String(repeating: "x", count: 256)])
    func `an empty name, spaces and 256 characters are names`(_ name: String) throws {
        let rig = try Rig { _, step, _ in
            try await step.do(name) { _ in "ran" }
            return nil
        }
        try rig.create()
        try rig.settle()
        #expect(try rig.status() == .complete)
    }

    @Test(arguments: [
        StepConfig(retries: .init(limit: 1, delay: "i like trains")), StepConfig(timeout: 0),
        StepConfig(timeout: "-1 seconds"), StepConfig(retries: .init(limit: -1, delay: 1)),
        StepConfig(retries: .init(limit: 10_001, delay: 1)), StepConfig(retries: .init(limit: 1, delay: -5)),
    ])
    func `a configuration out of bounds fails the call before the step exists`(_ config: StepConfig) throws {
        let rig = try Rig { _, step, effects in
            try await step.do("x", config) { _ in effects.note("ran") }
            return nil
        }
        try rig.create()
        try rig.settle()
        let error = try rig.report().error
        #expect(error?.name == "WorkflowFatalError")
        #expect(error?.message.hasPrefix("Step config for \"x\" is in a invalid format.") == true)
        #expect(rig.effects.all == [])
    }

    @Test func `one step more than the limit is refused, and sleeps and replays do not count`() throws {
        var limits = WorkflowLimits()
        limits.steps = 3
        let rig = try Rig(limits: limits) { event, step, _ in
            for _ in 0..<2 { try await step.do("x") { _ in } }
            try await step.sleep("s", "1 hour")
            try await step.do("x") { _ in }
            if event.payload == "more" { try await step.do("x") { _ in } }
            return nil
        }
        try rig.create("three", "enough")
        try rig.create("four", "more")
        try rig.advance(1000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.status("three") == .complete)
        #expect(
            try rig.report("four").error
                == WorkflowError(
                    name: "WorkflowFatalError",
                    """
                    The limit of 3 steps has been reached. This limit can be changed in your worker configuration.
                    """
                )
        )
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

    private struct Secretive: Codable, Sendable {
        init() {}
        func encode(to encoder: any Encoder) throws { throw WorkflowError(boom: "never") }
    }

    @Test func `a value that cannot be encoded ends the instance, whatever the code would catch`() throws {
        let rig = try Rig { _, step, effects in
            do {
                try await step.do("x") { _ in
                    effects.note("attempt")
                    return Secretive()
                }
            } catch {
                try await step.do("after") { _ in effects.note("after") }
            }
            return "done"
        }
        try rig.create()
        try rig.finish()
        let report = try rig.report()
        #expect(report.status == .errored)
        #expect(
            report.error
                == WorkflowError(
                    name: "WorkflowFatalError",
                    """
                    The execution of the Workflow instance was terminated, as the step "x" returned a value which is \
                    not serialisable
                    """
                )
        )
        #expect(rig.effects.all == ["attempt"])
    }

    @Test func `a step inserted before others by a new build runs, and the others do not run again`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("old") { _ in effects.note("old") }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        rig.deploy { _, step, effects in
            try await step.do("new") { _ in effects.note("new") }
            try await step.do("old") { _ in effects.note("old") }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.crash()
        try rig.finish()
        #expect(rig.effects.all == ["old", "new"])
        #expect(try rig.status() == .complete)
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
