import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

/// The orderly end of a host.
@Suite struct DrainTests {
    private func drain(_ rig: Rig, seconds: Int64) throws {
        let runtime = rig.host.runtime
        try rig.host.run("drain") { await runtime.drainWorkflows(grace: .seconds(seconds)) }
    }

    /// A step for the number of seconds in the parameters, and one after it.
    private func rig(limits: WorkflowLimits = WorkflowLimits()) throws -> Rig {
        try Rig(limits: limits) { event, step, effects in
            guard case .integer(let seconds) = event.payload else { return nil }
            try await step.do("first", StepConfig(timeout: "1 hour")) { context in
                effects.note("first \(context.attempt)")
                await effects.sleep(seconds: seconds)
            }
            return try await step.do("second") { context in
                effects.note("second \(context.attempt)")
                return "done"
            }
        }
    }

    @Test func `what runs may end, nothing else begins, and all goes on in the next process`() throws {
        let rig = try rig()
        try rig.create("a", 3)
        try rig.settle()
        try drain(rig, seconds: 5)
        #expect(rig.elapsed == 3000)
        try rig.create("b", 1)
        try rig.advance(60_000)
        #expect(rig.effects.all == ["first 1"])
        try rig.crash()
        try rig.advance(2000)
        #expect(try rig.report("a").output == "done" && rig.report("b").output == "done")
        #expect(rig.effects.all.sorted() == ["first 1", "first 1", "second 1", "second 1"])
    }

    @Test func `what does not end in time is spent without counting as a crash, and a crash still counts`() throws {
        var limits = WorkflowLimits()
        limits.crashesPerStep = 2
        let rig = try rig(limits: limits)
        try rig.create("a", 100)
        try rig.settle()
        for attempt in 1...4 {
            #expect(rig.effects.all.last == "first \(attempt)")
            let before = rig.elapsed
            try drain(rig, seconds: 5)
            #expect(rig.elapsed == before + 5000)
            try rig.crash()
        }
        try rig.crash()
        try rig.crash()
        #expect(try rig.report().error?.name == "WorkflowInternalError")
        let errors = try rig.log().filter { $0.name == .attemptErrored }
        #expect(errors.count == 6)
        #expect(Set(errors.map(\.details["error"])).count == 1)
    }

    @Test func `sleeps, retries and rollbacks are held, and done once by the next process`() throws {
        let rig = try Rig { event, step, effects in
            switch event.instanceId {
            case "sleeper": try await step.sleep("s", "10 ms")
            case "retrier":
                try await step.do("x", StepConfig(retries: .init(limit: 1, delay: 10))) { context in
                    effects.note("attempt \(context.attempt)")
                    if context.attempt == 1 { throw WorkflowError(boom: "no") }
                }
            default:
                try await step.do("x") { _ in
                } rollback: { _ in
                    effects.note("undone")
                }
                throw WorkflowError(boom: "no")
            }
            effects.note("\(event.instanceId) done")
            return nil
        }
        for id in ["sleeper", "retrier"] { try rig.create(id) }
        try rig.advance(5)
        try drain(rig, seconds: 5)
        try rig.create("saga")
        try rig.advance(60_000)
        #expect(rig.effects.all == ["attempt 1"])
        try rig.crash()
        try rig.advance(1000)
        #expect(rig.effects.all.sorted() == ["attempt 1", "attempt 2", "retrier done", "sleeper done", "undone"])
        #expect(try rig.status("saga") == .errored)
    }
}
