import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct LifecycleScenarios {
    private static let working: Script = { _, step, effects in
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, length) in [("a", "10 seconds"), ("b", "20 seconds")] as [(String, WorkflowDuration)] {
                group.addTask {
                    try await step.do(name) { _ in
                        try await step.sleep("in \(name)", length)
                        effects.note("\(name) ends")
                    }
                }
            }
            group.addTask {
                try await step.sleep("short", "5 seconds")
                try await step.do("blocked") { _ in effects.note("blocked") }
            }
            try await group.waitForAll()
        }
        try await step.do("next") { _ in effects.note("next") }
        return "done"
    }

    @Test func `WF 111, 112: a pause waits for the attempts that run, and nothing else begins`() throws {
        let rig = try Rig(Self.working)
        try rig.create()
        try rig.advance(1000)
        try rig.pause()
        #expect(try rig.status() == .waitingForPause)
        try rig.advance(15_000)
        #expect(try rig.status() == .waitingForPause)
        try rig.advance(5000)
        #expect(try rig.status() == .paused)
        try rig.finish()
        #expect(rig.effects.all == ["a ends", "b ends"])
        try rig.resume()
        try rig.finish()
        #expect(try rig.report().output == "done")
        #expect(rig.effects.all == ["a ends", "b ends", "blocked", "next"])
    }

    @Test func `WF 113: a pause that is taken back lets go what it held`() throws {
        let rig = try Rig(Self.working)
        try rig.create()
        try rig.advance(1000)
        try rig.pause()
        try rig.advance(6000)
        #expect(rig.effects.all == [])
        try rig.resume()
        try rig.settle()
        #expect(try rig.status() == .running)
        #expect(rig.effects.all == ["blocked"])
        try rig.finish()
        #expect(try rig.status() == .complete)
        #expect(rig.effects.all == ["blocked", "a ends", "b ends", "next"])
    }

    @Test func `WF 114, 116, 118: what is left of sleeps and waits is left after a pause, over a day without host`()
        throws
    {
        let rig = try Rig { event, step, effects in
            if event.instanceId == "sleep" { try await step.sleep("s", "10 seconds") }
            if event.instanceId == "wait" {
                do {
                    _ = try await step.waitForEvent("w", type: "t", timeout: "10 seconds", as: JSONValue.self)
                } catch is WorkflowError {
                    effects.note("timed out")
                }
            }
            effects.note("\(event.instanceId) on")
            return nil
        }
        for id in ["sleep", "wait"] { try rig.create(id) }
        try rig.advance(4000)
        for id in ["sleep", "wait"] {
            try rig.pause(id)
            #expect(try rig.status(id) == .paused)
        }
        try rig.advance(100_000)
        try rig.crash(downFor: 86_400_000)
        #expect(try rig.status("sleep") == .paused)
        for id in ["sleep", "wait"] { try rig.resume(id) }
        try rig.advance(5999)
        #expect(rig.effects.all == [])
        try rig.advance(2)
        #expect(Set(rig.effects.all) == ["sleep on", "timed out", "wait on"])
    }

    @Test func `WF 115: an event for a paused instance is delivered when it is resumed`() throws {
        let rig = try Rig { _, step, _ in
            try await step.waitForEvent("w", type: "t", as: JSONValue.self).payload
        }
        try rig.create()
        try rig.advance(1000)
        try rig.pause()
        try rig.send("t", "kept")
        try rig.advance(1000)
        #expect(try rig.status() == .paused)
        try rig.resume()
        try rig.settle()
        #expect(try rig.report().output == "kept")
    }

    @Test func `WF 117: an instance that was to be paused when its process died is paused`() throws {
        let rig = try Rig(Self.working)
        try rig.create()
        try rig.advance(1000)
        try rig.pause()
        try rig.crash()
        #expect(try rig.status() == .paused)
        try rig.finish()
        #expect(rig.effects.all == [])
        try rig.resume()
        try rig.finish()
        #expect(try rig.status() == .complete)
    }

    @Test func `WF 119: pause and resume have no effect in other statuses`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 1
        let rig = try Rig(limits: limits) { event, step, _ in
            if event.payload == "fail" { throw WorkflowError(boom: "x") }
            if event.payload == "run" { try await step.do("x") { _ in try await step.sleep("n", "5 minutes") } }
            return nil
        }
        try rig.create("complete")
        try rig.create("errored", "fail")
        try rig.create("terminated", "run")
        try rig.settle()
        try rig.terminate("terminated")
        try rig.create("running", "run")
        try rig.settle()
        try rig.create("queued")
        for status in [.complete, .errored, .terminated, .queued] as [InstanceStatus.Status] {
            try rig.pause(status.rawValue)
            #expect(try rig.status(status.rawValue) == status)
            try rig.resume(status.rawValue)
            #expect(try rig.status(status.rawValue) == status)
        }
        try rig.resume("running")
        #expect(try rig.status("running") == .running)
    }

    @Test func `WF 120: code that catches everything is paused all the same, and goes on where it was`() throws {
        let rig = try Rig { _, step, effects in
            do {
                try await step.sleep("s", "10 seconds")
            } catch {
                effects.note("caught")
                return "x"
            }
            return "slept"
        }
        try rig.create()
        try rig.advance(4000)
        try rig.pause()
        try rig.advance(60_000)
        #expect(try rig.status() == .paused)
        try rig.resume()
        try rig.advance(5999)
        #expect(try rig.status() == .waiting)
        try rig.advance(1)
        #expect(try rig.report().output == "slept")
    }

    @Test func `WF 122, 123, 124: what is terminated stays so, and its steps' results are dropped`() throws {
        let rig = try Rig(Self.working)
        try rig.create()
        try rig.advance(1000)
        try rig.terminate()
        #expect(try rig.status() == .terminated)
        try rig.finish()
        try rig.crash()
        try rig.finish()
        #expect(try rig.status() == .terminated)
        #expect(try rig.log().allSatisfy { $0.name != .stepCompleted })
        let text = "(instance.cannot_terminate) Cannot terminate instance since its on a finite state"
        #expect(throws: WorkflowError(text)) { try rig.terminate() }
        #expect(!rig.effects.all.contains("next"))
    }

    @Test func `WF 125: no more run than may, and a sleep makes room`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 2
        let rig = try Rig(limits: limits) { event, step, _ in
            try await step.do("x") { _ in try await step.sleep("n", "10 seconds") }
            try await step.sleep("s", "1 hour")
            return nil
        }
        let ids = (0..<5).map { "i\($0)" }
        for id in ids {
            try rig.create(id)
            try rig.settle()
        }
        let count = { (status: InstanceStatus.Status) in try ids.filter { try rig.status($0) == status }.count }
        #expect(try count(.running) == 2 && count(.queued) == 3)
        try rig.advance(11_000)
        #expect(try count(.waiting) == 2 && count(.running) == 2 && count(.queued) == 1)
        try rig.crash()
        #expect(try count(.running) == 2)
        try rig.finish()
        #expect(try count(.complete) == 5)
    }
}
