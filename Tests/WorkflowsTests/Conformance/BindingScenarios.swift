import DurableActors
import DurableActorsTestKit
import Locks
import Testing
import Workflows

@Suite struct BindingScenarios {
    private static let asleep: Script = { event, step, effects in
        effects.note("\(event.instanceId) \(event.payload)")
        try await step.sleep("s", "1 day")
        return event.payload
    }

    @Test func `WF 1, 2: run gets the payload, the id, the time of creation and the configured name`() throws {
        let rig = try Rig { event, _, _ in
            [event.payload, .string(event.instanceId), .string(event.workflowName), .integer(event.timestamp)]
        }
        try rig.create("a", ["p": 1])
        try rig.settle()
        let epoch = SimulatedWorld.defaultEpochMilliseconds
        #expect(try rig.report().output == [["p": 1], "a", "scripted", .integer(epoch)])
    }

    @Test func `WF 3: without an id each creation makes another one`() throws {
        let rig = try Rig { event, _, _ in event.payload }
        let workflow = rig.host.bindings
        let ids = try rig.host.run {
            [try await workflow.create(params: [:]).id, try await workflow.create(params: [:]).id]
        }
        #expect(Set(ids).count == 2)
        try rig.settle()
        #expect(try ids.map { try rig.report($0).output } == [[:], [:]])
    }

    @Test(arguments: ["#invalid!", "", "   ", "#1231231!!!!", "-badName", String(repeating: "a", count: 101)])
    func `WF 4, 5: a malformed id is refused and nothing stored`(id: String) throws {
        let rig = try Rig { _, _, _ in nil }
        let commits = rig.host.store.commitCount
        #expect(throws: WorkflowError("Workflow instance has invalid id")) { try rig.create(id) }
        #expect(rig.host.store.commitCount == commits)
        for good in ["abc", "NAME_123-hello", String(repeating: "a", count: 100)] { try rig.create(good) }
    }

    @Test func `WF 6: an instance is addressed by the id that a schedule gave it, and not by other characters`() throws
    {
        let rig = try Rig { _, _, _ in nil }
        let workflow = rig.host.bindings
        for id in ["*/30 * * * *-1786001400000", "0 0 * * MON#2-1786001400000", String(repeating: "a", count: 271)] {
            let deletion = try rig.host.run { try await workflow.deleteBatch([id]) }
            #expect(deletion.errors.map(\.code) == [10400])
        }
        for id in ["0 0 * * MON?2-1786001400000", "invalid!", String(repeating: "a", count: 272)] {
            #expect(throws: WorkflowError("(body) Provided argument is invalid")) {
                try rig.host.run { try await workflow.deleteBatch([id]) }
            }
        }
    }

    @Test func `WF 7: an id in use is refused in each status, and its instance goes on as it was`() throws {
        var limits = WorkflowLimits()
        limits.concurrency = 2
        let rig = try Rig(limits: limits) { event, step, _ in
            switch event.payload {
            case "errored": throw WorkflowError(boom: "x")
            case "waiting", "paused", "terminated": try await step.sleep("s", "1 day")
            case "running", "waitingForPause", "queued":
                try await step.do("long") { _ in try await step.sleep("inside", "5 minutes") }
            default: break
            }
            return event.payload
        }
        let statuses: [InstanceStatus.Status] = [.errored, .complete, .waiting, .paused, .terminated]
        for status in statuses { try rig.create(status.rawValue, .string(status.rawValue)) }
        try rig.advance(1000)
        try rig.pause("paused")
        try rig.terminate("terminated")
        for id in ["running", "waitingForPause", "queued"] {
            try rig.create(id, .string(id))
            try rig.settle()
        }
        try rig.pause("waitingForPause")
        for status in statuses + [.running, .waitingForPause, .queued] {
            #expect(try rig.status(status.rawValue) == status)
            #expect(throws: WorkflowError.instanceAlreadyExists) { try rig.create(status.rawValue, "other") }
            #expect(try rig.status(status.rawValue) == status)
        }
        #expect(try rig.report("complete").output == "complete")
    }

    @Test func `WF 8: an id is free again once its instance is deleted`() throws {
        let rig = try Rig(Self.asleep)
        try rig.create("a", 1)
        try rig.advance(1000)
        try rig.terminate()
        try rig.control { try await $0.delete() }
        try rig.create("a", 2)
        try rig.finish()
        #expect(try rig.report().output == 2)
    }

    @Test func `WF 9: an unknown id is not found`() throws {
        let rig = try Rig { _, _, _ in nil }
        #expect(throws: WorkflowError("(instance.not_found) Instance does not exist")) { try rig.status("missing") }
    }

    @Test func `WF 10: an error in run is none of create`() throws {
        let rig = try Rig { _, _, _ in throw WorkflowError(boom: "at once") }
        try rig.create()
        try rig.settle()
        #expect(try rig.status() == .errored)
    }

    @Test func `WF 11, 12, 13: a batch passes over ids in use, and is refused when empty or too large`() throws {
        let rig = try Rig { event, _, _ in event.payload }
        let workflow = rig.host.bindings
        typealias Options = WorkflowInstanceOptions<JSONValue>
        let three = [Options(id: "x", params: 1), Options(id: "y", params: 2), Options(id: "z", params: 3)]
        #expect(try rig.host.run { try await workflow.createBatch(three).map(\.id) } == ["x", "y", "z"])
        try rig.settle()
        #expect(try ["x", "y", "z"].map { try rig.report($0).output } == [1, 2, 3])
        #expect(throws: WorkflowError("batchCreate should have at least 1 instance")) {
            try rig.host.run { try await workflow.createBatch([]) }
        }
        let many = (0...100).map { Options(id: "m\($0)", params: 0) }
        #expect(throws: WorkflowError.batchTooLarge) { try rig.host.run { try await workflow.createBatch(many) } }
        #expect(throws: WorkflowError.instanceNotFound) { try rig.status("m0") }
        try rig.create("b", "old")
        let batch = ["a", "b", "c"].map { Options(id: $0, params: "new") }
        #expect(try rig.host.run { try await workflow.createBatch(batch).map(\.id) } == ["a", "c"])
        #expect(try rig.host.run { try await workflow.createBatch(batch).map(\.id) } == [])
        #expect(try rig.report("b").output == "old")
    }

    @Test func `WF 14, 15: the other form of a batch tells what could not be created, and by which place`() throws {
        let rig = try Rig { event, _, _ in event.payload }
        let workflow = rig.host.bindings
        try rig.create("b", "old")
        let batch = ["a", "b", "c", "c"].map { WorkflowInstanceOptions<JSONValue>(id: $0, params: "new") }
        let result = try rig.host.run { try await workflow.createBatch(instances: batch) }
        #expect(result.created.map(\.id) == ["a", "c"])
        #expect(result.errors.map(\.index) == [1, 3])
        #expect(result.errors.map(\.code) == [10405, 10405])
        let five = try rig.host.run { try await workflow.createBatch(count: 5, params: "p") }.created.map(\.id)
        #expect(Set(five).count == 5)
        try rig.settle()
        #expect(try five.map { try rig.report($0).output } == ["p", "p", "p", "p", "p"])
    }

    @Test func `WF 16, 17: a batch of deletions answers at each place, and a malformed one deletes nothing`() throws {
        let rig = try Rig(Self.asleep)
        let workflow = rig.host.bindings
        for id in ["w", "x", "y", "z"] { try rig.create(id) }
        let result = try rig.host.run { try await workflow.deleteBatch(["x", "y", "x", "missing"]) }
        #expect(result.deleted == ["x", "y", "x"])
        let missing = "workflows.api.error.instance.not_found"
        #expect(result.errors == [.init(id: "missing", code: 10400, message: missing)])
        #expect(throws: WorkflowError("(body) batchDeleteInstances should have at least 1 instance")) {
            try rig.host.run { try await workflow.deleteBatch([]) }
        }
        #expect(throws: WorkflowError("(body) batchDeleteInstances only supports 100 instances at a time")) {
            try rig.host.run { try await workflow.deleteBatch(Array(repeating: "w", count: 101)) }
        }
        #expect(throws: WorkflowError("(body) Provided argument is invalid")) {
            try rig.host.run { try await workflow.deleteBatch(["w", "bad!", "z"]) }
        }
        #expect(try rig.status("w") == .running || rig.status("w") == .waiting)
        #expect(throws: WorkflowError.instanceNotFound) { try rig.status("x") }
    }

    private struct SelfDeleting: WorkflowEntrypoint {
        let env: (own: Workflow<SelfDeleting>?, effects: Effects)
        init(ctx: WorkflowContext, env: (own: Workflow<SelfDeleting>?, effects: Effects)) { self.env = env }

        func run(_ event: WorkflowEvent<NoValue>, _ step: WorkflowStep) async throws -> NoValue {
            try await step.do("delete") { [env] _ in
                try await env.own?.get(event.instanceId).delete()
                env.effects.note("after the call")
            }
            env.effects.note("after the step")
            return NoValue()
        }
    }

    @Test func `WF 18: of an instance that deletes itself nothing is left, and nothing after the call runs`() throws {
        let effects = Effects()
        let host = try SimulatedHost { runtime in
            let workflow = try runtime.registerWorkflow(
                SelfDeleting.self,
                binding: "W",
                name: "w",
                env: (own: OwnBinding.shared.get(), effects: effects)
            )
            OwnBinding.shared.set(workflow)
            try runtime.start(environment: NoValue())
            return workflow
        }
        let workflow = host.bindings
        try host.run("create") { _ = try await workflow.create(id: "a") }
        try host.settle()
        #expect(effects.all == [])
        #expect(throws: WorkflowError.instanceNotFound) { try host.run { _ = try await workflow.get("a") } }
    }

    /// A workflow's own binding, which its environment names before it exists.
    private final class OwnBinding: Sendable {
        static let shared = OwnBinding()
        private let stored = Mutex<Workflow<SelfDeleting>?>(nil)
        func get() -> Workflow<SelfDeleting>? { stored.withLock { $0 } }
        func set(_ workflow: Workflow<SelfDeleting>) { stored.withLock { $0 = workflow } }
    }

    @Test func `WF 19: deletion leaves no row of an instance`() throws {
        let rig = try Rig { _, step, _ in
            for number in 0..<50 { try await step.do("step \(number)") { _ in number } }
            try await step.sleep("s", "1 day")
            return nil
        }
        try rig.create()
        for number in 0..<5 { try rig.send("t", .integer(Int64(number))) }
        try rig.advance(1000)
        try rig.control { try await $0.delete() }
        let namespace = rig.host.runtime.core.classes.filter { $0.uniqueKey == "workflow/scripted" }
        let left = try namespace.flatMap {
            try rig.host.runtime.core.objects.objects(of: $0.number, after: nil, limit: 10)
        }
        #expect(left.isEmpty)
    }
}
