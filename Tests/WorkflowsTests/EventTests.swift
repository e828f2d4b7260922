import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Which wait gets which event.
@Suite struct EventTests {
    private static func wait(
        _ step: WorkflowStep,
        _ name: String,
        _ type: String,
        _ timeout: WorkflowDuration? = nil
    )
        async throws -> JSONValue
    {
        try await step.waitForEvent(name, type: type, timeout: timeout, as: JSONValue.self).payload
    }

    @Test func `an event brings its type and the time it was accepted at`() throws {
        let rig = try Rig { _, step, effects in
            try await step.sleep("first", "10 seconds")
            let event = try await step.waitForEvent("w", type: "go", as: String.self)
            effects.note("\(event.type) \(event.timestamp - SimulatedWorld.defaultEpochMilliseconds)")
            return .string(event.payload)
        }
        try rig.create()
        try rig.advance(4000)
        try rig.send("go", "now")
        try rig.finish()
        #expect(rig.effects.all == ["go 4000"])
        #expect(try rig.report().output == "now")
    }

    @Test func `of parallel waits for different types only that of the event ends`() throws {
        let rig = try Rig { _, step, effects in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for type in ["t1", "t2"] {
                    group.addTask { effects.note("\(type) \(try await Self.wait(step, type, type))") }
                }
                try await group.waitForAll()
            }
            return nil
        }
        try rig.create()
        try rig.settle()
        try rig.send("t2", 2)
        try rig.settle()
        #expect(rig.effects.all == ["t2 2"])
        #expect(try rig.status() == .waiting)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `of parallel waits for one type the first started gets the first event, in every lifetime`(seed: UInt64) throws
    {
        let script: Script = { event, step, effects in
            try await withThrowingTaskGroup(of: JSONValue.self) { group in
                group.addTask { ["early": try await Self.wait(step, "early", "t")] }
                // The second wait is started by another event, so the order of starts is known.
                group.addTask {
                    _ = try await Self.wait(step, "starts late", "start")
                    return ["late": try await Self.wait(step, "late", "t")]
                }
                var results: [JSONValue] = []
                for try await result in group { results.append(result) }
                effects.note("\(results)")
                return .array(results)
            }
        }
        let rig = try Rig(seed: seed, script)
        try rig.create()
        try rig.settle()
        try rig.send("start")
        try rig.advance(1000)
        try rig.crash()
        try rig.send("t", 1)
        try rig.send("t", 2)
        try rig.finish()
        guard case .array(let results) = try rig.report().output else {
            Issue.record("the instance has not completed")
            return
        }
        #expect(results.contains(["early": 1]) && results.contains(["late": 2]))
    }

    @Test func `an event for an instance that has left memory wakes it`() throws {
        let rig = try Rig { _, step, _ in try await Self.wait(step, "w", "go") }
        try rig.create()
        try rig.advance(60_000)
        #expect(rig.host.runtime.core.cells.all().filter { $0.current != nil }.isEmpty)
        try rig.send("go", "woken")
        try rig.settle()
        #expect(try rig.report().output == "woken")
    }

    @Test(arguments: [1000, 60_000] as [Int64])
    func `a process that dies in what follows an event resumes it at once when it starts`(idle: Int64) throws {
        let rig = try Rig { _, step, effects in
            _ = try await Self.wait(step, "w", "go", "30 days")
            try await step.do("x") { context in
                effects.note("attempt \(context.attempt)")
                if context.attempt == 1 { try await step.sleep("inside", "1 day") }
            }
            return nil
        }
        try rig.create()
        try rig.advance(idle)
        try rig.send("go")
        try rig.settle()
        #expect(rig.effects.all == ["attempt 1"])
        try rig.crash()
        #expect(rig.effects.all == ["attempt 1", "attempt 2"])
        #expect(try rig.status() == .complete)
    }

    @Test func `an event that was taken before a crash is not given to the next wait`() throws {
        let rig = try Rig { _, step, _ in
            let first = try await Self.wait(step, "first", "t")
            let second = try await Self.wait(step, "second", "t")
            return [first, second]
        }
        try rig.create()
        try rig.send("t", 1)
        try rig.advance(1000)
        try rig.crash()
        try rig.advance(1000)
        #expect(try rig.status() == .waiting)
        try rig.send("t", 2)
        try rig.settle()
        #expect(try rig.report().output == [1, 2])
    }

    @Test func `an event after a timeout goes to the next wait, three times over`() throws {
        let rig = try Rig { _, step, effects in
            var got: [JSONValue] = []
            for round in 1...3 {
                do {
                    got.append(try await Self.wait(step, "w", "t", "1 second"))
                } catch let error as WorkflowError {
                    effects.note("\(round) \(error.name)")
                }
                got.append(try await Self.wait(step, "w", "t"))
            }
            return .array(got)
        }
        try rig.create()
        for round in 1...3 as ClosedRange<Int64> {
            try rig.advance(1500)
            try rig.send("t", .integer(round))
        }
        try rig.finish()
        #expect(try rig.report().output == [1, 2, 3])
        #expect(Set(rig.effects.all) == ["1 WorkflowTimeoutError", "2 WorkflowTimeoutError", "3 WorkflowTimeoutError"])
    }

    @Test func `an event accepted before the deadline wins over it, though the host was down at the deadline`() throws {
        let rig = try Rig { _, step, _ in
            do {
                return try await Self.wait(step, "w", "t", "1 second")
            } catch {
                return "timeout"
            }
        }
        try rig.create()
        try rig.advance(900)
        try rig.send("t", "event")
        try rig.crash(downFor: 1100)
        try rig.finish()
        #expect(try rig.report().output == "event")
    }

    @Test func `an event accepted after the deadline stays for the next wait`() throws {
        let rig = try Rig { _, step, _ in
            do {
                return try await Self.wait(step, "w", "t", "1 second")
            } catch {
                return ["timeout", try await Self.wait(step, "next", "t")]
            }
        }
        try rig.create()
        try rig.settle()
        rig.host.world.clock.jumpWallClock(byMilliseconds: 5000)
        try rig.send("t", "late")
        try rig.finish()
        #expect(try rig.report().output == ["timeout", "late"])
    }

    @Test(arguments: [nil, 0] as [WorkflowDuration?])
    func `without a timeout, or with none to speak of, a wait lasts 24 hours`(_ timeout: WorkflowDuration?) throws {
        let rig = try Rig { _, step, _ in try await Self.wait(step, "w", "t", timeout) }
        try rig.create()
        try rig.advance(86_399_000)
        #expect(try rig.status() == .waiting)
        try rig.advance(1000)
        #expect(
            try rig.report().error
                == WorkflowError(
                    name: "WorkflowTimeoutError",
                    "Execution timed out after 86400000ms"
                )
        )
    }

    @Test(arguments: ["a.b", "", "-x", String(repeating: "a", count: 101)])
    func `a type that is no word is refused on both sides`(_ type: String) throws {
        let rig = try Rig { _, step, _ in try await Self.wait(step, "w", type) }
        try rig.create()
        #expect(throws: WorkflowError.invalidEventType) { try rig.send(type) }
        try rig.settle()
        #expect(try rig.report().error?.message == "workflow.invalid_event_type")
    }

    @Test func `a payload of more than a mebibyte is refused and not kept`() throws {
        let rig = try Rig { _, step, _ in try await Self.wait(step, "w", "t") }
        try rig.create()
        #expect(throws: WorkflowError.self) { try rig.send("t", .string(String(repeating: "x", count: 1_048_576))) }
        try rig.settle()
        try rig.send("t", "small")
        try rig.settle()
        #expect(try rig.report().output == "small")
    }

    @Test func `events for an unknown instance are refused`() throws {
        let rig = try Rig { _, _, _ in nil }
        #expect(throws: WorkflowError.instanceNotFound) { try rig.send("t", 1, to: "missing") }
    }

    @Test func `a thousand events reach the waits of a loop in order, over a crash in the middle`() throws {
        let rig = try Rig { _, step, _ in
            var sum: [JSONValue] = []
            for _ in 0..<1000 { sum.append(try await Self.wait(step, "w", "t")) }
            return .array(sum)
        }
        try rig.create()
        for number in 0..<1000 as Range<Int64> {
            try rig.send("t", .integer(number))
            if number == 500 { try rig.crash() }
        }
        try rig.finish()
        #expect(try rig.report().output == .array((0..<1000).map { .integer($0) }))
    }

    @Test func `a wait that lost a race takes an event of its type all the same`() throws {
        let rig = try Rig { _, step, _ in
            try await withThrowingTaskGroup(of: JSONValue.self) { group in
                group.addTask { try await Self.wait(step, "loser", "t", "1 hour") }
                group.addTask { try await Self.wait(step, "winner", "other") }
                _ = try await group.next()
                group.cancelAll()
            }
            return try await Self.wait(step, "after", "t")
        }
        try rig.create()
        try rig.settle()
        try rig.send("other")
        try rig.settle()
        try rig.send("t", "swallowed")
        try rig.settle()
        #expect(try rig.status() == .waiting)
        try rig.send("t", "second")
        try rig.settle()
        #expect(try rig.report().output == "second")
    }

    @Test func `a payload of another type than the wait reads is an error that can be caught`() throws {
        let rig = try Rig { _, step, _ in
            do {
                _ = try await step.waitForEvent("w", type: "t", as: Int.self)
                return "read"
            } catch let error as WorkflowError {
                return .string(error.name)
            }
        }
        try rig.create()
        try rig.send("t", "text")
        try rig.settle()
        #expect(try rig.report().output == "WorkflowFatalError")
    }
}
