import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct OutsideScenarios {
    @Test func `WF 148, 149: a stream is read whole from the first byte in every lifetime`() throws {
        let rig = try Rig { event, step, effects in
            let pieces: [[UInt8]] =
                event.payload == "empty" ? [] : [[UInt8](repeating: 7, count: 700_000), [], [1, 2]]
            let stream = try await step.stream("s") { _ in
                effects.note("made")
                return Streams.of(pieces)
            }
            let bytes = try await Streams.bytes(stream)
            effects.note("\(event.instanceId) \(bytes == pieces.flatMap { $0 })")
            try await step.sleep("rest", "1 hour")
            return .integer(Int64(bytes.count))
        }
        try rig.create("full")
        try rig.create("empty", "empty")
        try rig.advance(60_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report("full").output == 700_002 && rig.report("empty").output == 0)
        #expect(rig.effects.count("made") == 2)
        #expect(rig.effects.count("full true") == 2 && rig.effects.count("empty true") == 2)
    }

    @Test func `WF 150: a piece of over 16 MiB ends the instance, after one attempt`() throws {
        let rig = try Rig { _, step, effects in
            do {
                _ = try await step.stream("s") { _ in
                    effects.note("attempt")
                    return Streams.of([[UInt8](repeating: 0, count: 16_777_217)])
                }
            } catch is WorkflowError {
                effects.note("caught")
            }
            return nil
        }
        try rig.create()
        try rig.finish()
        let error = try rig.report().error
        #expect(error?.name == "WorkflowFatalError")
        #expect(
            error?.message.hasPrefix(
                """
                The execution of the Workflow instance was terminated, as the step "s" returned an invalid \
                ReadableStream output. 
                """
            ) == true
        )
        #expect(rig.effects.all == ["attempt"])
    }

    @Test func `WF 152, 153: what an attempt stored that was cut or timed out is removed, and the next succeeds`()
        throws
    {
        let rig = try Rig { event, step, _ in
            let config = StepConfig(retries: .init(limit: 1, delay: 0), timeout: "10 seconds")
            let stream = try await step.stream("s", config) { context in
                guard context.attempt == 1 else { return Streams.of([[1, 2, 3]]) }
                let (stream, writer) = ByteStream.make()
                writer.yield([UInt8](repeating: 1, count: 600_000))
                return stream
            }
            return .integer(Int64(try await Streams.count(stream)))
        }
        try rig.create("a")
        try rig.advance(1000)
        #expect(try Streams.rows(rig) == 2)
        try rig.crash()
        #expect(try rig.report("a").output == 3)
        #expect(try Streams.rows(rig) == 1)
        try rig.create("b")
        try rig.advance(11_000)
        #expect(try rig.report("b").output == 3)
        #expect(try Streams.rows(rig) == 2)
    }

    @Test func `WF 154: logs show the beginning of a text and the size of bytes`() throws {
        let rig = try Rig { event, step, _ in
            let bytes = event.payload == "text" ? Array(String(repeating: "é", count: 2000).utf8) : [0, 255, 1]
            _ = try await step.stream("s") { _ in Streams.of([bytes]) }
            return nil
        }
        try rig.create("text", "text")
        try rig.create("bytes")
        try rig.finish()
        let shown = try ["text", "bytes"].map { id in
            try rig.log(id).first { $0.name == .stepCompleted }?.details["output"]
        }
        #expect(shown[0] == .string(String(repeating: "é", count: 1024) + "[truncated output]"))
        #expect(shown[1] == "[ReadableStream (binary): 3 bytes]")
    }

    private static let twoSteps: Script = { _, step, _ in
        try await step.do("a") { _ in 1 }
        try await step.do("b") { _ in 2 }
        return "done"
    }

    @Test func `WF 155: a subscription after the end has everything once and in order, and ends`() throws {
        let rig = try Rig(Self.twoSteps)
        try rig.create("a", ["p": 1])
        try rig.finish()
        let log = try rig.log()
        #expect(
            log.map(\.name) == [
                .workflowQueued, .workflowStarted, .workflowRunning, .stepStarted, .attemptStarted, .attemptCompleted,
                .stepCompleted, .stepStarted, .attemptStarted, .attemptCompleted, .stepCompleted, .workflowCompleted,
            ]
        )
        #expect(log[1].details["params"] == ["p": 1] && log[6].details["output"] == 1)
        #expect(log.last?.details["output"] == "done")
        #expect(zip(log, log.dropFirst()).allSatisfy { $0.eventId < $1.eventId })
    }

    @Test func `WF 156, 157: a reader goes on where it was, over a crash, and a filter does not hide the end`() throws {
        let rig = try Rig(Self.twoSteps)
        try rig.create()
        try rig.finish()
        let all = try rig.log()
        try rig.crash()
        #expect(try rig.log(after: all[6].eventId) == Array(all[7...]))
        let steps = try rig.control { instance in
            var events: [WorkflowInstanceEvent.Name] = []
            for try await event in instance.subscribe(filter: [.stepCompleted]) { events.append(event.name) }
            return events
        }
        #expect(steps == [.stepCompleted, .stepCompleted])
        let first = all[0].eventId
        try rig.control { try await $0.delete() }
        try rig.advance(1000)
        try rig.create()
        try rig.finish()
        #expect(try rig.log(after: all.last?.eventId ?? first).count == all.count)
    }

    @Test func `WF 158: a schedule starts one instance at each of its times`() throws {
        let rig = try Rig(schedules: ["*/5 * * * *"]) { event, _, effects in
            effects.note(event.instanceId)
            return [.string(event.schedule?.cron ?? ""), .integer(event.schedule?.scheduledTime ?? 0), event.payload]
        }
        let first = (rig.host.world.clock.nowMilliseconds / 300_000 + 1) * 300_000
        try rig.settle()
        try rig.advance(first - rig.host.world.clock.nowMilliseconds)
        let id = "*/5 * * * *-\(first)"
        #expect(rig.effects.all == [id])
        #expect(try rig.report(id).output == ["*/5 * * * *", .integer(first), [:]])
        try rig.crash(downFor: 301_000)
        #expect(rig.effects.all == [id, "*/5 * * * *-\(first + 300_000)"])
        try rig.crash(downFor: 700_000)
        #expect(rig.effects.all.count == 2)
    }

    @Test func `WF 159: what has ended is forgotten after its retention, and its id is free`() throws {
        let rig = try Rig { event, _, _ in
            if event.payload == "fail" { throw WorkflowError(boom: "x") }
            return event.payload
        }
        let workflow = rig.host.bindings
        let retention = WorkflowRetention(success: "1 hour", error: "2 hours")
        try rig.host.run(advancesTime: false) {
            _ = try await workflow.create(id: "good", params: 1, retention: retention)
            _ = try await workflow.create(id: "bad", params: "fail", retention: retention)
        }
        try rig.advance(3_599_000)
        #expect(try rig.status("good") == .complete && rig.status("bad") == .errored)
        try rig.advance(61_000)
        #expect(throws: WorkflowError.instanceNotFound) { try rig.status("good") }
        #expect(try rig.status("bad") == .errored)
        try rig.create("good", 2)
        try rig.advance(3_600_000)
        #expect(throws: WorkflowError.instanceNotFound) { try rig.status("bad") }
        #expect(try rig.report("good").output == 2)
    }

    @Test func `WF 166: what a test lays down is what steps and waits give, and what conflicts is refused`() throws {
        let rig = try Rig { _, step, effects in
            let mocked = try await step.do("result") { _ in
                effects.note("never")
                return 1
            }
            let twice = StepConfig(retries: .init(limit: 5, delay: 10))
            let attempt = try await step.do("errors", twice) { $0.attempt }
            let late = try await step.do("late", twice) { $0.attempt }
            let event = try await step.waitForEvent("w", type: "t", as: JSONValue.self).payload
            var timedOut = false
            do {
                _ = try await step.waitForEvent("never", type: "u", as: JSONValue.self)
            } catch {
                timedOut = true
            }
            return [.integer(Int64(mocked)), .integer(Int64(attempt)), .integer(Int64(late)), event, .bool(timedOut)]
        }
        let modifier = rig.host.bindings.introspect("a").modifier
        try modifier.mockStepResult(StepTarget("result"), 42)
        try modifier.mockStepError(StepTarget("errors"), WorkflowError(boom: "x"), times: 2)
        try modifier.forceStepTimeout(StepTarget("late"), times: 1)
        try modifier.mockEvent(type: "t", payload: "mocked" as JSONValue)
        modifier.forceEventTimeout(StepTarget("never"))
        let prefix = "[WorkflowIntrospector] Trying to "
        #expect(throws: WorkflowError(name: "Error", prefix + "mock step 'result' multiple times!")) {
            try modifier.mockStepResult(StepTarget("result"), 1)
        }
        #expect(throws: WorkflowError(name: "Error", prefix + "mock error on step 'result' after mocking its result!"))
        {
            try modifier.mockStepError(StepTarget("result"), WorkflowError(boom: "x"))
        }
        let late = prefix + "force timeout on step 'result' after mocking its result!"
        #expect(throws: WorkflowError(name: "Error", late)) { try modifier.forceStepTimeout(StepTarget("result")) }
        try rig.create()
        try rig.finish()
        #expect(try rig.report().output == [42, 3, 2, "mocked", true])
        try rig.restart()
        try rig.finish()
        #expect(try rig.report().output == [42, 3, 2, "mocked", true])
        #expect(rig.effects.all == [])
    }

    @Test func `WF 167: waiting for a status that cannot come any more throws`() throws {
        let rig = try Rig { _, _, _ in throw WorkflowError(boom: "x") }
        let introspector = rig.host.bindings.introspect("a")
        try rig.create()
        try rig.host.run { try await introspector.waitForStatus(.errored) }
        let text = """
            [WorkflowIntrospector] The Workflow instance a has reached status 'errored'. This is a finite status that \
            prevents it from ever reaching the expected status of 'complete'.
            """
        #expect(throws: WorkflowError(name: "Error", text)) {
            try rig.host.run { try await introspector.waitForStatus(.complete) }
        }
        #expect(try rig.host.run { try await introspector.getError() } == WorkflowError(name: "Error", "x"))
    }
}
