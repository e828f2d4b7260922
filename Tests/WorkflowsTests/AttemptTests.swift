import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Attempts that crash, run late, or are not awaited.
@Suite struct AttemptTests {
    private static func config(
        _ limit: Int,
        delay: WorkflowDuration = 1000,
        timeout: WorkflowDuration = "10 minutes"
    )
        -> StepConfig
    {
        StepConfig(retries: .init(limit: limit, delay: delay, backoff: .constant), timeout: timeout)
    }

    @Test func `WF 66: ten crashes inside one step fail it, and leave other steps alone`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("before") { _ in effects.note("before") }
            do {
                try await step.do("deadly") { _ in
                    effects.note("deadly")
                    try await step.sleep("inside", "1 day")
                }
            } catch {
                return .string("\(error)")
            }
            return nil
        }
        try rig.create()
        try rig.settle()
        for _ in 0..<10 { try rig.crash() }
        #expect(rig.effects.count("deadly") == 10)
        #expect(rig.effects.count("before") == 1)
        #expect(
            try rig.report().output == "WorkflowInternalError: Attempt failed due to internal workflows error"
        )
    }

    /// Runs until closures have been called so often, and not a turn longer; false when the instance ends before.
    private func goOn(_ rig: Rig, untilCalls calls: Int) throws -> Bool {
        let world = rig.host.world
        for _ in 0..<2000 where rig.effects.all.count < calls {
            do {
                try world.run("go on", maximumSteps: 1) { await world.sleep(milliseconds: 1) }
            } catch let error as SimulationError where error.code == .livelock {
                // The turn has been taken, which is what was asked for.
            }
        }
        return rig.effects.all.count == calls
    }

    @Test func `a closure that kills the process at once is counted from its second call on, and fails in the end`()
        throws
    {
        var uncounted = 0
        for seed: UInt64 in 1...20 {
            let rig = try Rig(seed: seed) { _, step, effects in
                for _ in 0..<3 { try await step.do("before") { _ in } }
                do {
                    try await step.do("deadly") { context in
                        effects.note("\(context.attempt)")
                        try await step.sleep("inside", "1 day")
                    }
                } catch {
                    return .string("\(error)")
                }
                return nil
            }
            try rig.create()
            var calls = 1
            while try goOn(rig, untilCalls: calls) {
                try rig.host.restart()
                calls += 1
            }
            let attempts = rig.effects.all.compactMap(Int.init)
            if attempts.prefix(2) == [1, 1] { uncounted += 1 }
            #expect(Array(attempts.suffix(10)) == Array(1...10), "seed \(seed)")
            #expect(attempts.count <= 11, "seed \(seed)")
            #expect(
                try rig.report().output == "WorkflowInternalError: Attempt failed due to internal workflows error"
            )
        }
        #expect(uncounted > 0, "the first call was always counted")
    }

    @Test func `crashes count only in a row`() throws {
        let rig = try Rig { _, _, _ in nil }
        rig.deploy { _, step, effects in
            try await step.do("x", Self.config(100)) { context in
                effects.note("attempt")
                if context.attempt % 9 == 0 { throw WorkflowError(boom: "an end of its own") }
                if context.attempt < 20 { try await step.sleep("inside", "1 day") }
            }
            return "done"
        }
        try rig.create()
        try rig.settle()
        for _ in 0..<30 where try rig.status() != .complete {
            try rig.crash()
            try rig.advance(1000)
        }
        #expect(try rig.report().output == "done")
        #expect(rig.effects.count("attempt") == 20)
    }

    @Test(arguments: [true, false])
    func `an error that was caught is thrown again by a replay, without running the step`(isFinal: Bool) throws {
        let rig = try Rig { _, step, effects in
            do {
                try await step.do("x", Self.config(1)) { _ in
                    effects.note("attempt")
                    if isFinal { throw NonRetryableError("no") }
                    throw WorkflowError(boom: "no")
                }
            } catch let error as WorkflowError {
                effects.note("caught \(error)")
            }
            try await step.sleep("s", "1 hour")
            return "done"
        }
        try rig.create()
        try rig.advance(10_000)
        try rig.crash()
        try rig.finish()
        let caught = isFinal ? "caught NonRetryableError: no" : "caught Error: no"
        #expect(rig.effects.count("attempt") == (isFinal ? 1 : 2))
        #expect(rig.effects.count(caught) >= 2)
        #expect(try rig.report().output == "done")
    }

    private struct Custom: Error, CustomStringConvertible {
        let description = "of my own"
    }

    @Test func `an error of any type has one form, the first time and in a replay`() throws {
        let rig = try Rig { _, step, effects in
            do {
                try await step.do("x", Self.config(0)) { _ in throw Custom() }
            } catch {
                effects.note("\(type(of: error)) \(error)")
            }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        try rig.crash()
        try rig.finish()
        #expect(Set(rig.effects.all) == ["WorkflowError Custom: of my own"])
        #expect(rig.effects.all.count >= 2)
    }

    @Test func `an error with an endless message is cut to what can be stored`() throws {
        let rig = try Rig { _, step, _ in
            try await step.do("x", Self.config(0)) { _ in
                throw WorkflowError(boom: String(repeating: "long ", count: 1_000_000))
            }
            return nil
        }
        try rig.create()
        try rig.settle()
        let message = try #require(try rig.report().error?.message)
        #expect(message.utf8.count == 16_384 + 3)
        #expect(message.hasPrefix("long long"))
    }

    @Test func `a step that nobody awaits changes nothing after the end`() throws {
        let rig = try Rig { _, step, effects in
            Task {
                try await step.do("forgotten") { _ in
                    effects.note("begins")
                    await Task.yield()
                    try await step.do("nested") { _ in effects.note("nested") }
                }
            }
            try await step.do("awaited") { _ in await Task.yield() }
            return "done"
        }
        try rig.create()
        try rig.finish()
        #expect(try rig.report().output == "done")
        // Out of memory again, which stores when it was last used, at most once an hour.
        try rig.host.advance(by: .seconds(30))
        let commits = rig.host.store.commitCount
        #expect(try rig.report().output == "done")
        try rig.host.advance(by: .seconds(60))
        #expect(rig.host.store.commitCount == commits)
    }
}
