import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct LimitTests {
    @Test func `an instance that would keep more than it may ends, past every catch and without a rollback`() throws {
        var limits = WorkflowLimits()
        limits.storageBytes = 10_000
        let rig = try Rig(limits: limits) { _, step, effects in
            for number in 0..<5 {
                do {
                    _ = try await step.do("x \(number)") { _ in
                        [UInt8](repeating: 0, count: 3000)
                    } rollback: { _ in
                        effects.note("undone")
                    }
                } catch is WorkflowError {
                    effects.note("caught")
                }
            }
            return nil
        }
        try rig.create()
        try rig.finish()
        #expect(try rig.report().error?.message == "The instance has exceeded the 1GiB storage limit")
        #expect(rig.effects.all == [])
    }

    @Test func `what a failed attempt has stored of a stream no longer counts`() throws {
        var limits = WorkflowLimits()
        limits.storageBytes = 1_000_000
        let rig = try Rig(limits: limits) { _, step, _ in
            let config = StepConfig(retries: .init(limit: 5, delay: 0), timeout: "1 second")
            let stream = try await step.stream("s", config) { context in
                let (stream, writer) = ByteStream.make()
                writer.yield([UInt8](repeating: 1, count: 600_000))
                if context.attempt > 3 { writer.finish() }
                return stream
            }
            return .integer(Int64(try await Streams.count(stream)))
        }
        try rig.create()
        try rig.settle()
        try rig.crash()
        try rig.finish()
        #expect(try rig.report().output == 600_000)
    }

    @Test func `more instances than may wait or be created within a second are refused`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 1
        limits.queued = 2
        let rig = try Rig(limits: limits) { _, step, _ in
            try await step.do("x") { _ in try await step.sleep("n", "1 minute") }
            return nil
        }
        for id in ["a", "b", "c"] {
            try rig.create(id)
            try rig.settle()
        }
        #expect(throws: WorkflowError.tooManyInstances) { try rig.create("d") }
        try rig.finish()
        try rig.create("d")
        limits = WorkflowLimits()
        limits.creationsPerSecond = 2
        let fast = try Rig(limits: limits) { _, _, _ in nil }
        try fast.create("a")
        try fast.create("b")
        #expect(throws: WorkflowError.tooManyInstances) { try fast.create("c") }
        try fast.advance(1000)
        try fast.create("c")
        try fast.restart("a")
        #expect(throws: WorkflowError.tooManyInstances) { try fast.restart("b") }
    }

    @Test func `the latest of the times that were missed is made up for where that is wished`() throws {
        let rig = try Rig(schedules: ["*/5 * * * *"], missed: .latest) { event, _, effects in
            effects.note("\(event.schedule?.scheduledTime ?? 0)")
            return nil
        }
        let first = (rig.host.world.clock.nowMilliseconds / 300_000 + 1) * 300_000
        try rig.settle()
        try rig.crash(downFor: first - rig.host.world.clock.nowMilliseconds + 1_000_000)
        #expect(rig.effects.all == ["\(first + 900_000)"])
        try rig.advance(first + 1_200_000 - rig.host.world.clock.nowMilliseconds)
        #expect(rig.effects.all == ["\(first + 900_000)", "\(first + 1_200_000)"])
    }

    @Test func `a workflow's bounds and schedules are checked when it is registered`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 0
        #expect(throws: WorkflowError.self) { try Rig(limits: limits) { _, _, _ in nil } }
        #expect(throws: CronError.self) { try Rig(schedules: ["61 * * * *"]) { _, _, _ in nil } }
        let long = String(repeating: "1,", count: 130) + "1 * * * *"
        #expect(throws: WorkflowError.self) { try Rig(schedules: [long]) { _, _, _ in nil } }
        #expect(throws: WorkflowError.self) {
            try SimulatedHost { runtime in
                let schedules = ["* * * * *"]
                return try runtime.registerWorkflow(
                    Demanding.self,
                    binding: "D",
                    name: "d",
                    schedules: schedules,
                    env: NoValue()
                )
            }
        }
    }

    /// A workflow that no schedule can start, since its parameters are needed.
    private struct Demanding: WorkflowEntrypoint {
        init(ctx: WorkflowContext, env: NoValue) {}
        func run(_ event: WorkflowEvent<[Int]>, _ step: WorkflowStep) async throws -> Int { event.payload.count }
    }

    @Test func `a thousand steps are replayed, and a sequential step is two batches`() throws {
        let rig = try Rig { _, step, effects in
            for number in 0..<1000 { try await step.do("x") { _ in number } }
            effects.note("replayed")
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        #expect(rig.host.store.commitCount < 2100)
        let commits = rig.host.store.commitCount
        try rig.crash()
        try rig.advance(3_600_000)
        #expect(rig.effects.all == ["replayed", "replayed"])
        #expect(rig.host.store.commitCount - commits < 10)
    }
}
