import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// Retries, sleeps and events on the virtual clock.
@Suite struct WaitTests {
    @Test func `a failing step is tried again after 10, 20 and 40 seconds by default`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("flaky") { context in
                effects.note("try \(context.attempt)")
                if context.attempt < 4 { throw WorkflowError(boom: "not yet") }
            }
            return nil
        }
        try rig.create()
        try rig.settle()
        #expect(rig.effects.all == ["try 1"])
        for (wait, attempt) in [(10_000, 2), (20_000, 3), (40_000, 4)] as [(Int64, Int)] {
            try rig.advance(wait - 1)
            #expect(rig.effects.all.count == attempt - 1)
            try rig.advance(1)
            #expect(rig.effects.all.last == "try \(attempt)")
        }
        #expect(try rig.status() == .complete)
    }

    @Test(arguments: [
        (StepConfig.Backoff.constant, [1000, 1000]), (.linear, [1000, 2000]), (.exponential, [1000, 2000]),
    ])
    func `the delay grows as its backoff says, and the last error is the step's`(
        backoff: StepConfig.Backoff,
        waits: [Int64]
    ) throws {
        let rig = try Rig { _, step, effects in
            let config = StepConfig(retries: .init(limit: 2, delay: 1000, backoff: backoff))
            try await step.do("fails", config) { context in
                effects.note("try")
                throw WorkflowError(boom: "error \(context.attempt)")
            }
            return nil
        }
        try rig.create()
        try rig.settle()
        for wait in waits {
            let before = rig.effects.all.count
            try rig.advance(wait - 1)
            #expect(rig.effects.all.count == before)
            try rig.advance(1)
            #expect(rig.effects.all.count == before + 1)
        }
        #expect(try rig.status() == .errored)
        #expect(try rig.report().error?.message == "error 3")
    }

    @Test func `an error that forbids it is not tried again`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("never") { _ in
                effects.note("try")
                throw NonRetryableError("no use")
            }
            return nil
        }
        try rig.create()
        try rig.finish()
        #expect(rig.effects.count("try") == 1)
        #expect(try rig.status() == .errored)
    }

    @Test func `a wait for a retry goes on over a crash, to the same deadline`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("flaky") { context in
                effects.note("try \(context.attempt)")
                if context.attempt == 1 { throw WorkflowError(boom: "once") }
            }
            return nil
        }
        try rig.create()
        try rig.advance(4000)
        try rig.crash(downFor: 3000)
        #expect(rig.effects.all == ["try 1"])
        try rig.advance(2999)
        #expect(rig.effects.all == ["try 1"])
        try rig.advance(1)
        #expect(rig.effects.all == ["try 1", "try 2"])
    }

    @Test func `an attempt that takes longer than its timeout fails with the time it had`() throws {
        let rig = try Rig { _, step, _ in
            let config = StepConfig(retries: .init(limit: 0, delay: 0), timeout: "5 seconds")
            try await step.do("slow", config) { _ in try await step.sleep("inside", "1 hour") }
            return nil
        }
        try rig.create()
        try rig.advance(4999)
        #expect(try rig.status() != .errored)
        try rig.advance(2)
        #expect(try rig.report().error?.message == "Execution timed out after 5000ms")
        #expect(try rig.report().error?.name == "WorkflowTimeoutError")
    }

    @Test(arguments: [0, 5000, 20_000] as [Int64])
    func `a sleep ends at its deadline, also when the host was down for some of it or past it`(down: Int64) throws {
        let rig = try Rig { _, step, effects in
            try await step.sleep("rest", "10 seconds")
            effects.note("awake")
            return nil
        }
        try rig.create()
        try rig.advance(2000)
        try rig.crash(downFor: down)
        let rest = max(8000 - down, 0)
        if rest > 0 {
            try rig.advance(rest - 1)
            #expect(rig.effects.all == [])
        }
        try rig.advance(1)
        #expect(rig.effects.all == ["awake"])
        #expect(try rig.status() == .complete)
    }

    @Test func `events wait for their step in order, also those sent before it and over a crash`() throws {
        let rig = try Rig { _, step, effects in
            for number in 1...3 {
                let event = try await step.waitForEvent("wait \(number)", type: "ping", timeout: "1 day", as: Int.self)
                effects.note("got \(event.payload)")
            }
            return nil
        }
        try rig.create()
        try rig.send("ping", 1)
        try rig.send("other", 9)
        try rig.send("ping", 2)
        try rig.settle()
        try rig.crash()
        try rig.settle()
        #expect(try rig.status() == .waiting)
        try rig.send("ping", 3)
        try rig.finish()
        #expect(try rig.status() == .complete)
        #expect(Array(rig.effects.all.suffix(3)) == ["got 1", "got 2", "got 3"])
    }

    @Test func `a wait that nobody answers fails at its deadline, and can be caught`() throws {
        let rig = try Rig { _, step, effects in
            do {
                _ = try await step.waitForEvent("wait", type: "never", timeout: "30 seconds", as: Int.self)
            } catch let error as WorkflowError {
                effects.note(error.message)
            }
            return "went on"
        }
        try rig.create()
        try rig.advance(10_000)
        try rig.crash(downFor: 10_000)
        try rig.advance(9999)
        #expect(rig.effects.all == [])
        try rig.advance(1)
        #expect(rig.effects.all == ["Execution timed out after 30000ms"])
        #expect(try rig.report().output == "went on")
    }
}
