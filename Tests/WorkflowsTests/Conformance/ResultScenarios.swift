import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct ResultScenarios {
    @Test func `WF 20, 21: a status has the output of what is complete, or the error of what has failed`() throws {
        let rig = try Rig { event, _, _ in
            if event.payload == "fail" { throw WorkflowError(boom: "boom") }
            return ["x": 1]
        }
        try rig.create("a")
        try rig.create("b", "fail")
        try rig.settle()
        let (done, failed) = (try rig.report("a"), try rig.report("b"))
        #expect(done.status == .complete && done.output == ["x": 1] && done.error == nil && done.rollback == nil)
        #expect(failed.status == .errored && failed.error == WorkflowError(name: "Error", "boom"))
        #expect(failed.output == nil)
        #expect(try JSON.parse(try JSON.stringify(done)) == ["status": "complete", "output": ["x": 1]])
        let error: JSONValue = ["name": "Error", "message": "boom"]
        #expect(try JSON.parse(try JSON.stringify(failed)) == ["status": "errored", "error": error])
    }

    @Test func `WF 22, 23: waiting is when no closure runs and every branch is parked, and needs no slot`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 1
        let rig = try Rig(limits: limits) { event, step, _ in
            if event.payload == "both" {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await step.do("work") { _ in try await step.sleep("inside", "1 minute") } }
                    group.addTask { try await step.sleep("s", "1 hour") }
                    try await group.waitForAll()
                }
            }
            _ = try await step.waitForEvent("w", type: "t", as: JSONValue.self)
            return nil
        }
        try rig.create("a")
        try rig.advance(1000)
        #expect(try rig.status("a") == .waiting)
        try rig.create("b", "both")
        try rig.advance(30_000)
        #expect(try rig.status("b") == .running)
        try rig.advance(31_000)
        #expect(try rig.status("b") == .waiting)
    }

    private struct Custom: Error, CustomStringConvertible { var description: String { "custom text" } }

    @Test func `WF 25: an error that run catches is the same when it is replayed`() throws {
        let rig = try Rig { _, step, effects in
            do {
                try await step.do("x", StepConfig(retries: .init(limit: 0, delay: 0))) { _ in throw Custom() }
            } catch {
                effects.note("\(error)")
            }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        try rig.crash()
        try rig.finish()
        #expect(rig.effects.all == ["Custom: custom text", "Custom: custom text"])
    }

    @Test func `WF 26, 27: a NonRetryableError has one attempt, and is not run again when it was caught`() throws {
        let rig = try Rig { event, step, effects in
            do {
                try await step.do("x") { _ in
                    effects.note("\(event.instanceId) runs")
                    throw NonRetryableError("no")
                }
            } catch  where event.payload == "catch" {
                effects.note("caught \(error)")
            }
            try await step.sleep("s", "1 hour")
            return "done"
        }
        try rig.create("a")
        try rig.create("b", "catch")
        try rig.advance(1000)
        #expect(try rig.report("a").error == WorkflowError(name: "NonRetryableError", "no"))
        try rig.crash()
        try rig.finish()
        #expect(try rig.report("b").output == "done")
        #expect(rig.effects.count("a runs") == 1 && rig.effects.count("b runs") == 1)
        #expect(rig.effects.count("caught NonRetryableError: no") == 2)
    }

    @Test func `WF 28, 29: a step that has failed for good is not run again, and its error is thrown again`() throws {
        let rig = try Rig { event, step, effects in
            let limit: Int = event.payload == "none" ? 0 : 2
            do {
                try await step.do("x", StepConfig(retries: .init(limit: limit, delay: 10))) { _ in
                    effects.note("\(event.instanceId) runs")
                    throw WorkflowError(boom: "always")
                }
            } catch {
                effects.note("\(event.instanceId) \(error)")
            }
            try await step.sleep("s", "1 hour")
            return "done"
        }
        try rig.create("a", "none")
        try rig.create("b")
        try rig.advance(10_000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report("a").output == "done" && rig.report("b").output == "done")
        #expect(rig.effects.count("a runs") == 1 && rig.effects.count("b runs") == 3)
        #expect(rig.effects.count("b Error: always") == 2)
    }

    private struct Secretive: Codable, Sendable {
        init() {}
        func encode(to encoder: any Encoder) throws { throw WorkflowError(boom: "never") }
    }

    @Test func `WF 30: a value that cannot be stored ends the instance past its catch, without a rollback`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("first") { _ in
                1
            } rollback: { _ in
                effects.note("rolled back")
            }
            do {
                _ = try await step.do("x") { _ in Secretive() }
            } catch {
                try await step.do("after") { _ in effects.note("after") }
            }
            return "done"
        }
        try rig.create()
        try rig.finish()
        #expect(
            try rig.report().error
                == WorkflowError(
                    name: "WorkflowFatalError",
                    """
                    The execution of the Workflow instance was terminated, as the step "x" returned a value which is \
                    not serialisable
                    """
                )
        )
        #expect(rig.effects.all == [])
    }

    @Test func `WF 31: a mebibyte is stored, and a byte more is not`() throws {
        let overhead = try ValueCodec.encode([UInt8](repeating: 7, count: 1_048_000)).count - 1_048_000
        let rig = try Rig { event, step, _ in
            guard case .integer(let size) = event.payload else { return nil }
            _ = try await step.do("x") { _ in [UInt8](repeating: 7, count: Int(size) - overhead) }
            return "stored"
        }
        try rig.create("fits", 1_048_576)
        try rig.create("over", 1_048_577)
        try rig.finish()
        #expect(try rig.report("fits").output == "stored")
        #expect(
            try rig.report("over").error?.message
                == "Step x-1 output is too large. Maximum allowed size is 1MiB."
        )
    }

    @Test func `WF 32, 34: nothing, nil and bytes within values come back as they were`() throws {
        struct Nested: Codable, Sendable, Equatable {
            var rows: [[UInt8]]
            var named: [String: [UInt8]]
            var nothing: Int?
        }
        let nested = Nested(rows: [[1, 2], []], named: ["a": [255]], nothing: nil)
        let rig = try Rig { _, step, effects in
            try await step.do("void") { _ in effects.note("void") }
            let missing: Int? = try await step.do("nil") { _ in
                effects.note("nil")
                return nil
            }
            let value = try await step.do("nested") { _ in nested }
            try await step.sleep("s", "1 hour")
            return .bool(missing == nil && value == nested)
        }
        try rig.create()
        try rig.advance(1000)
        try rig.crash()
        try rig.finish()
        #expect(try rig.report().output == true)
        #expect(rig.effects.all == ["void", "nil"])
    }

    @Test func `WF 33: a slice is stored without what it was cut from`() throws {
        let rig = try Rig { _, step, _ in
            let whole = [UInt8](repeating: 1, count: 800_000)
            _ = try await step.do("x") { _ in Array(whole[..<200_000]) }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try rig.create()
        try rig.advance(1000)
        let objects = rig.host.runtime.core.objects
        let number = try #require(rig.host.runtime.core.classes.first { $0.uniqueKey == "workflow/scripted" }).number
        let (id, record) = try #require(try objects.objects(of: number, after: nil, limit: 1).first)
        let extent = try objects.extent(of: ObjectLocator(shard: id.shard, number: record.number))
        #expect(extent.bytes < 210_000)
    }
}
