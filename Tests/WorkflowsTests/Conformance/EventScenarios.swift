import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct EventScenarios {
    private static func wait(_ step: WorkflowStep, _ name: String, _ type: String = "t") async throws -> JSONValue {
        try await step.waitForEvent(name, type: type, timeout: "30 days", as: JSONValue.self).payload
    }

    private static let three: Script = { _, step, _ in
        .array([try await wait(step, "a"), try await wait(step, "b"), try await wait(step, "c")])
    }

    @Test func `WF 82, 83: an event reaches its wait, whether it comes before or after`() throws {
        let rig = try Rig { event, step, _ in
            if event.payload == "later" { try await step.sleep("s", "1 minute") }
            let got = try await step.waitForEvent("w", type: "t", as: JSONValue.self)
            return [got.payload, .string(got.type), .integer(got.timestamp)]
        }
        let now = SimulatedWorld.defaultEpochMilliseconds
        try rig.create("a")
        try rig.create("b", "later")
        try rig.advance(1000)
        try rig.send("t", 7, to: "a")
        try rig.send("t", 8, to: "b")
        try rig.finish()
        #expect(try rig.report("a").output == [7, "t", .integer(now + 1000)])
        #expect(try rig.report("b").output == [8, "t", .integer(now + 1000)])
    }

    @Test func `WF 84, 85: events of one type go to waits in the order of both`() throws {
        let rig = try Rig(Self.three)
        try rig.create()
        for number in 1...3 { try rig.send("t", .integer(Int64(number))) }
        try rig.settle()
        #expect(try rig.report().output == [1, 2, 3])
        try rig.create("b")
        for number in 4...6 {
            try rig.advance(1000)
            try rig.send("t", .integer(Int64(number)), to: "b")
        }
        try rig.settle()
        #expect(try rig.report("b").output == [4, 5, 6])
    }

    @Test func `WF 86, 87: parallel waits get what is of their type, the first to begin first`() throws {
        let rig = try Rig { _, step, effects in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (name, type) in [("x", "t1"), ("y", "t2"), ("z", "t2")] {
                    group.addTask {
                        effects.note("\(name) \(try await Self.wait(step, name, type))")
                    }
                    _ = try await step.do("order \(name)") { _ in try await step.sleep("n", 100) }
                }
                try await group.waitForAll()
            }
            return nil
        }
        try rig.create()
        try rig.advance(5000)
        try rig.send("t2", "first")
        try rig.settle()
        #expect(rig.effects.all == ["y \"first\""])
        try rig.send("t2", "second")
        try rig.send("t1", "other")
        try rig.finish()
        #expect(Set(rig.effects.all) == ["y \"first\"", "z \"second\"", "x \"other\""])
    }

    @Test func `WF 88, 89, 90: an event wakes what is not in memory, survives a crash, and is taken once`() throws {
        let rig = try Rig(Self.three)
        try rig.create()
        try rig.advance(60_000)
        #expect(rig.host.runtime.core.cells.all().allSatisfy { $0.current == nil })
        try rig.send("t", 1)
        try rig.crash()
        try rig.advance(60_000)
        try rig.crash()
        try rig.send("t", 2)
        try rig.crash()
        try rig.send("t", 3)
        try rig.finish()
        #expect(try rig.report().output == [1, 2, 3])
    }

    @Test func `WF 91, 93: a wait that times out throws, in a replay too, and what follows runs`() throws {
        let rig = try Rig { _, step, effects in
            do {
                _ = try await step.waitForEvent("w", type: "t", timeout: "1 second", as: JSONValue.self)
            } catch {
                effects.note("\(error)")
            }
            try await step.do("after") { _ in effects.note("after") }
            try await step.sleep("s", "1 hour")
            return "done"
        }
        try rig.create()
        try rig.advance(5000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report().output == "done")
        let text = "WorkflowTimeoutError: Execution timed out after 1000ms"
        #expect(rig.effects.all == [text, "after", text])
    }

    @Test func `WF 92: an event goes to the wait that is open and not to one that has timed out`() throws {
        let rig = try Rig { _, step, _ in
            var got: [JSONValue] = []
            for _ in 0..<3 {
                do {
                    _ = try await step.waitForEvent("short", type: "t", timeout: "1 second", as: JSONValue.self)
                } catch {
                    got.append(try await Self.wait(step, "long"))
                }
            }
            return .array(got)
        }
        try rig.create()
        for number in 1...3 {
            try rig.advance(2000)
            try rig.send("t", .integer(Int64(number)))
        }
        try rig.finish()
        #expect(try rig.report().output == [1, 2, 3])
    }

    @Test func `WF 94: an event accepted before the deadline wins, though its wait is looked at after it`() throws {
        let store = MemoryStore(keepsHistory: true)
        let script: Script = { _, step, _ in
            try await step.waitForEvent("w", type: "t", timeout: "1 second", as: JSONValue.self).payload
        }
        let first = try Rig(store: store, script)
        try first.create()
        try first.advance(900)
        try first.send("t", "in time")
        let accepted = store.commitCount
        let rig = try Rig(store: store.copy(afterCommit: accepted), script)
        rig.host.world.clock.jumpWallClock(byMilliseconds: 2000)
        try rig.finish()
        #expect(try rig.report().output == "in time")
    }

    @Test func `WF 95: no timeout and one of zero are 24 hours`() throws {
        let rig = try Rig { event, step, _ in
            let timeout: WorkflowDuration? = event.payload == "zero" ? 0 : nil
            do {
                _ = try await step.waitForEvent("w", type: "t", timeout: timeout, as: JSONValue.self)
            } catch {
                return .string("\(error)")
            }
            return nil
        }
        try rig.create("a")
        try rig.create("b", "zero")
        try rig.advance(86_399_999)
        #expect(try rig.status("a") == .waiting && rig.status("b") == .waiting)
        try rig.advance(2)
        let text: JSONValue = "WorkflowTimeoutError: Execution timed out after 86400000ms"
        #expect(try rig.report("a").output == text && rig.report("b").output == text)
    }

    @Test func `WF 96, 97, 99: an event is refused for its type, its size, its instance's end, and an unknown id`()
        throws
    {
        let rig = try Rig { event, step, _ in event.payload == "wait" ? try await Self.wait(step, "w") : nil }
        try rig.create("done")
        try rig.create("open", "wait")
        try rig.advance(1000)
        for type in ["a.b", String(repeating: "x", count: 101)] {
            #expect(throws: WorkflowError("workflow.invalid_event_type")) { try rig.send(type, to: "open") }
        }
        try rig.send(String(repeating: "x", count: 100), to: "open")
        #expect(throws: WorkflowError("(instance.cannot_send_event) Instance is in a finite state")) {
            try rig.send("t", to: "done")
        }
        #expect(throws: WorkflowError.instanceNotFound) { try rig.send("t", to: "missing") }
        let large = JSONValue.string(String(repeating: "x", count: 1_048_577))
        #expect(throws: WorkflowError.self) { try rig.send("t", large, to: "open") }
        try rig.send("t", "small", to: "open")
        try rig.finish()
        #expect(try rig.report("open").output == "small")
    }

    @Test func `WF 98: an event for an instance that waits for its turn is kept`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 1
        let rig = try Rig(limits: limits) { event, step, _ in
            if event.instanceId == "first" { try await step.do("x") { _ in try await step.sleep("n", "1 minute") } }
            return try await Self.wait(step, "w")
        }
        try rig.create("first")
        try rig.settle()
        try rig.create("second")
        #expect(try rig.status("second") == .queued)
        try rig.send("t", "kept", to: "second")
        try rig.finish()
        #expect(try rig.report("second").output == "kept")
    }

    @Test func `WF 100: a thousand events are taken in order, with a crash in the middle`() throws {
        let rig = try Rig { _, step, _ in
            var sum: Int64 = 0
            for number in 0..<1000 {
                guard try await Self.wait(step, "w") == .integer(Int64(number)) else { return .integer(Int64(number)) }
                sum += Int64(number)
            }
            return .integer(sum)
        }
        try rig.create()
        for number in 0..<1000 {
            if number == 500 { try rig.crash() }
            try rig.send("t", .integer(Int64(number)))
        }
        try rig.finish()
        #expect(try rig.report().output == 499_500)
    }
}
