import DurableActors
import DurableActorsTestKit
import Locks
import Testing
import Workflows

@Suite struct RetryScenarios {
    /// A step that always fails, each attempt noted with its time since the creation.
    private func failing(_ config: StepConfig) throws -> Rig {
        let start = SimulatedWorld.defaultEpochMilliseconds
        let clock = Late()
        let rig = try Rig { _, step, effects in
            do {
                try await step.do("x", config) { context in
                    effects.note("\(context.attempt)@\((clock.now - start) / 1000)")
                    throw WorkflowError(boom: "no")
                }
            } catch let error as WorkflowError {
                effects.note("\(error)")
            }
            return "done"
        }
        clock.set { rig.host.world.clock.nowMilliseconds }
        return rig
    }

    private final class Late: Sendable {
        private let read = Mutex<@Sendable () -> Int64>({ 0 })
        func set(_ body: @escaping @Sendable () -> Int64) { read.withLock { $0 = body } }
        var now: Int64 { read.withLock { $0 }() }
    }

    @Test(
        arguments: [
            (.constant, ["1@0", "2@1", "3@2", "4@3"]), (.linear, ["1@0", "2@1", "3@3", "4@6"]),
            (.exponential, ["1@0", "2@1", "3@3", "4@7"]),
        ] as [(StepConfig.Backoff, [String])]
    )
    func `WF 51: delays stay, grow by one each time, or double`(backoff: StepConfig.Backoff, times: [String]) throws {
        let rig = try failing(StepConfig(retries: .init(limit: 3, delay: 1000, backoff: backoff)))
        try rig.create()
        try rig.finish()
        #expect(rig.effects.all == times + ["Error: no"])
    }

    @Test func `WF 52: by default there are six attempts, after 10, 20, 40, 80 and 160 seconds`() throws {
        let rig = try failing(StepConfig())
        try rig.create()
        try rig.finish()
        #expect(rig.effects.all == ["1@0", "2@10", "3@30", "4@70", "5@150", "6@310", "Error: no"])
    }

    @Test func `WF 53: without retry delays there are as many attempts at once`() throws {
        let rig = try failing(StepConfig())
        rig.host.bindings.introspect("a").modifier.disableRetryDelays()
        try rig.create()
        try rig.advance(1000)
        #expect(rig.effects.all.map { $0.prefix(1) } == ["1", "2", "3", "4", "5", "6", "E"])
    }

    @Test func `WF 54: a function gives the delay, which the attempt's entry in the log tells`() throws {
        let rig = try Rig { _, step, _ in
            let config = StepConfig(
                retries: .init(limit: 3, backoff: .constant) { context in
                    .init(milliseconds: context.error.message == "x" ? 50 : 0)
                }
            )
            return try await step.do("x", config) { context in
                if context.attempt < 3 { throw WorkflowError(boom: "x") }
                return "ok"
            }
        }
        try rig.create()
        try rig.finish()
        #expect(try rig.report().output == "ok")
        let delays = try rig.log().filter { $0.name == .attemptErrored }.map { $0.details["retryDelayMs"] }
        #expect(delays == [50, 50])
        #expect(try rig.log().first { $0.name == .stepStarted }?.details["config"]?["retries"]?["delay"] == "[dynamic]")
    }

    @Test func `WF 55, 56: a function that throws, is late or gives no delay fails the step at once`() throws {
        let rig = try Rig { event, step, effects in
            let kind = event.payload
            let config = StepConfig(
                retries: .init(limit: 3) { _ in
                    if kind == "throws" { throw WorkflowError(boom: "oops") }
                    if kind == "late" { await Never.ends() }
                    return kind == "word" ? "soon" : -1
                }
            )
            do {
                try await step.do("x", config) { _ in
                    effects.note("attempt")
                    throw WorkflowError(boom: "x")
                }
            } catch {
                return .string("\(error)")
            }
            return nil
        }
        for kind in ["throws", "late", "word", "negative"] { try rig.create(kind, .string(kind)) }
        try rig.advance(4000)
        #expect(try rig.status("late") == .running)
        try rig.advance(1001)
        let invalid = """
            NonRetryableDelayError: The delay function for step "x-1" returned an invalid delay value (expected a number \
            of ms or a duration string like "30 seconds")
            """
        let start = "NonRetryableDelayError: The delay function for step \"x-1\" "
        #expect(try rig.report("throws").output == .string(start + "threw an error: oops"))
        #expect(try rig.report("late").output == .string(start + "did not return within 5 seconds"))
        #expect(try rig.report("word").output == .string(invalid))
        #expect(try rig.report("negative").output == .string(invalid))
        #expect(rig.effects.count("attempt") == 4)
    }

    @Test func `WF 57, 58, 59: an attempt that takes too long fails, is cancelled, and its late value is dropped`()
        throws
    {
        let rig = try Rig { event, step, effects in
            let limit: Int = event.payload == "retry" ? 1 : 0
            let config = StepConfig(retries: .init(limit: limit, delay: 0), timeout: "1 second")
            do {
                return try await step.do("x", config) { context in
                    if context.attempt == 1 {
                        await withTaskCancellationHandler {
                            await effects.sleep(seconds: 3)
                        } onCancel: {
                            effects.note("\(event.instanceId) cancelled")
                        }
                        return "late"
                    }
                    return "second"
                }
            } catch {
                return .string("\(error)")
            }
        }
        try rig.create("a")
        try rig.create("b", "retry")
        try rig.finish()
        #expect(try rig.report("a").output == "WorkflowTimeoutError: Execution timed out after 1000ms")
        #expect(try rig.report("b").output == "second")
        #expect(Set(rig.effects.all) == ["a cancelled", "b cancelled"])
        #expect(try rig.log("b").filter { $0.name == .stepCompleted }.count == 1)
    }

    @Test func `WF 60: a retry's delay holds no slot`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 1
        let rig = try Rig(limits: limits) { _, step, effects in
            try await step.do("x", StepConfig(retries: .init(limit: 1, delay: "1 hour"))) { context in
                effects.note("attempt")
                if context.attempt == 1 { throw WorkflowError(boom: "x") }
            }
            return nil
        }
        for number in 0..<100 { try rig.create("i\(number)") }
        try rig.advance(10_000)
        #expect(rig.effects.count("attempt") == 100)
        try rig.finish()
        #expect(rig.effects.count("attempt") == 200)
    }

    @Test(arguments: [(10_000, 60), (70_000, 90)] as [(Int64, Int)])
    func `WF 61, 62: a delay that a crash cuts ends when it would have, or at once`(down: Int64, at: Int) throws {
        let rig = try failing(StepConfig(retries: .init(limit: 1, delay: "1 minute")))
        try rig.create()
        try rig.advance(20_000)
        try rig.crash(downFor: down)
        try rig.finish()
        #expect(rig.effects.all == ["1@0", "2@\(at)", "Error: no"])
    }

    private func cutting(limit: Int, cuts: Int, fails: Bool = false) throws -> Rig {
        let rig = try Rig { _, step, effects in
            do {
                return try await step.do("x", StepConfig(retries: .init(limit: limit, delay: "1 hour"))) { context in
                    effects.note("attempt \(context.attempt)")
                    if context.attempt <= cuts { try await step.sleep("inside", "5 minutes") }
                    if fails { throw WorkflowError(boom: "x") }
                    return "ok"
                }
            } catch {
                return .string("\(error)")
            }
        }
        try rig.create()
        for _ in 0..<cuts {
            try rig.advance(100)
            try rig.crash()
        }
        try rig.finish()
        return rig
    }

    @Test func `WF 63, 64: an attempt that a crash cuts is spent, and there is always one more`() throws {
        let rig = try cutting(limit: 3, cuts: 1)
        #expect(rig.effects.all == ["attempt 1", "attempt 2"])
        let cut = try rig.log().first { $0.name == .attemptErrored }
        #expect(cut?.details["error"]?["message"] == "Attempt failed due to internal workflows error")
        let once = try cutting(limit: 0, cuts: 1, fails: true)
        #expect(once.effects.all == ["attempt 1", "attempt 2"])
        #expect(try once.report().output == "Error: x")
    }

    @Test func `WF 65: after a crash in the last attempt there is one beyond the limit`() throws {
        let rig = try cutting(limit: 5, cuts: 6)
        #expect(rig.effects.all.last == "attempt 7")
        #expect(try rig.report().output == "ok")
    }

    @Test func `WF 67, 68: a step runs once when its end is on disk, and again when it is not`() throws {
        let script: Script = { _, step, effects in
            let value = try await step.do("x") { context in
                await Task.yield()
                effects.note("ran")
                return context.attempt
            }
            try await step.sleep("s", "1 hour")
            return .integer(Int64(value))
        }
        var seen: Set<String> = []
        let store = MemoryStore(keepsHistory: true)
        let first = try Rig(store: store, script)
        try first.create()
        try first.advance(1000)
        for commit in 1...store.commitCount {
            let rig = try Rig(store: store.copy(afterCommit: commit), script)
            guard (try? rig.status()) != nil else { continue }
            try rig.finish()
            seen.insert("\(rig.effects.count("ran")) \(try rig.report().output ?? nil)")
        }
        #expect(seen.isSubset(of: ["1 1", "1 2", "0 1"]) && seen.contains("0 1"))
    }

    @Test func `WF 69: a step keeps the configuration of its first start`() throws {
        let script: @Sendable (Int) -> Script = { limit in
            { _, step, effects in
                try await step.do("x", StepConfig(retries: .init(limit: limit, delay: "1 minute", backoff: .constant)))
                {
                    effects.note("\($0.attempt)")
                    throw WorkflowError(boom: "x")
                }
                return nil
            }
        }
        let rig = try Rig(script(5))
        try rig.create()
        try rig.advance(90_000)
        rig.deploy(script(0))
        try rig.crash()
        try rig.finish()
        #expect(rig.effects.all == ["1", "2", "3", "4", "5", "6"])
    }
}

extension Never {
    /// Returns when its task is cancelled.
    static func ends() async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        for await _ in stream {}
        withExtendedLifetime(continuation) {}
    }
}
