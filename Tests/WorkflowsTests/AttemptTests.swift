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

    /// A closure that is cut by a crash as often as it is asked to, then returns.
    private static func hanging(_ rig: Rig, until attempt: Int, limit: Int = 5) {
        rig.deploy { _, step, effects in
            try await step.do("hangs", config(limit)) { context in
                effects.note("attempt \(context.attempt)")
                if context.attempt < attempt { try await step.sleep("inside", "1 day") }
            }
            return "done"
        }
    }

    @Test func `an attempt cut by a crash is spent, and the next begins at once`() throws {
        let rig = try Rig { _, _, _ in nil }
        Self.hanging(rig, until: 2)
        try rig.create()
        try rig.settle()
        try rig.crash()
        #expect(rig.effects.all == ["attempt 1", "attempt 2"])
        #expect(try rig.report().output == "done")
    }

    @Test func `a step without retries has one more attempt for each crash inside it`() throws {
        let rig = try Rig { _, _, _ in nil }
        Self.hanging(rig, until: 3, limit: 0)
        try rig.create()
        try rig.settle()
        try rig.crash()
        try rig.crash()
        #expect(rig.effects.all == ["attempt 1", "attempt 2", "attempt 3"])
        #expect(try rig.report().output == "done")
    }

    @Test func `ten crashes inside one step fail it, and leave other steps alone`() throws {
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

    @Test func `what a timed out attempt returns later does not replace the value of the next`() throws {
        let rig = try Rig { _, step, effects in
            let value = try await step.do("x", Self.config(1, delay: 0, timeout: "1 second")) { context in
                // Silence is right: the claim is about code that ignores its cancellation.
                if context.attempt == 1 { try? await step.sleep("inside", "3 seconds") }
                effects.note("attempt \(context.attempt) returns")
                return context.attempt
            }
            try await step.sleep("s", "1 hour")
            let again = try await step.do("y") { _ in value }
            return .integer(Int64(again))
        }
        try rig.create()
        try rig.advance(10_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report().output == 2)
        #expect(rig.effects.count("attempt 2 returns") == 1)
    }

    @Test func `the closure of a timed out attempt sees that it is cancelled`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("x", Self.config(0, timeout: "1 second")) { _ in
                await withTaskCancellationHandler {
                    // Silence is right: how the sleep ends is not the claim.
                    try? await step.sleep("inside", "1 hour")
                } onCancel: {
                    effects.note("cancelled")
                }
            }
            return nil
        }
        try rig.create()
        try rig.advance(999)
        #expect(rig.effects.all == [])
        try rig.advance(1)
        #expect(rig.effects.all == ["cancelled"])
    }

    @Test func `a step keeps the retries it was started with, whatever a new build says`() throws {
        let rig = try Rig { _, _, _ in nil }
        func build(_ config: StepConfig) {
            rig.deploy { _, step, effects in
                try await step.do("x", config) { context in
                    effects.note("attempt")
                    if context.attempt < 4 { throw WorkflowError(boom: "not yet") }
                }
                return "done"
            }
        }
        build(Self.config(5))
        try rig.create()
        try rig.settle()
        build(Self.config(0))
        try rig.crash()
        try rig.advance(3000)
        #expect(rig.effects.count("attempt") == 4)
        #expect(try rig.report().output == "done")
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
