import DurableActors
import DurableActorsTestKit
import Testing
import Workflows

@Suite struct InstanceTests {
    @Test func `run gets the payload, the id, the workflow's name and the time of creation`() throws {
        let rig = try Rig { event, _, _ in
            [
                "payload": event.payload, "id": .string(event.instanceId), "name": .string(event.workflowName),
                "at": .integer(event.timestamp),
            ]
        }
        try rig.create("a", ["x": 1])
        try rig.settle()
        let report = try rig.report()
        #expect(report.status == .complete)
        #expect(
            report.output
                == [
                    "payload": ["x": 1], "id": "a", "name": "scripted",
                    "at": .integer(SimulatedWorld.defaultEpochMilliseconds),
                ]
        )
        #expect(report.error == nil)
    }

    @Test func `an error of run is the instance's, and create knows nothing of it`() throws {
        let rig = try Rig { _, _, _ in throw WorkflowError(boom: "boom") }
        try rig.create()
        try rig.settle()
        let report = try rig.report()
        #expect(report.status == .errored)
        #expect(report.error == WorkflowError(name: "Error", "boom"))
        #expect(report.output == nil)
    }

    @Test(arguments: ["", "   ", "#1231231!!!!", "-badName", "a.b", String(repeating: "a", count: 101)])
    func `create refuses an id that is no id`(_ id: String) throws {
        let rig = try Rig { _, _, _ in nil }
        #expect(throws: WorkflowError("Workflow instance has invalid id")) { try rig.create(id) }
        #expect(rig.effects.all == [])
    }

    @Test(arguments: ["abc", "NAME_123-hello", String(repeating: "a", count: 100)])
    func `create takes an id that is one`(_ id: String) throws {
        let rig = try Rig { _, _, _ in nil }
        try rig.create(id)
        try rig.settle()
        #expect(try rig.status(id) == .complete)
    }

    @Test func `without an id two instances get two valid ones`() throws {
        let rig = try Rig { event, _, _ in event.payload }
        let workflow = rig.host.bindings
        let ids = try rig.host.run {
            [try await workflow.create(params: [:]).id, try await workflow.create(params: [:]).id]
        }
        #expect(Set(ids).count == 2)
        #expect(ids.allSatisfy { $0.utf8.count == 36 })
    }

    @Test func `an id is taken while its instance exists, whatever became of it`() throws {
        let rig = try Rig { event, step, _ in
            if event.payload == "fail" { throw WorkflowError(boom: "boom") }
            if event.payload == "sleep" { try await step.sleep("s", "1 day") }
            return event.payload
        }
        for id in ["fail", "sleep", "complete"] { try rig.create(id, .string(id)) }
        try rig.create("terminated", "sleep")
        try rig.advance(1000)
        try rig.terminate("terminated")
        let statuses = try ["fail", "sleep", "complete", "terminated"].map { try rig.status($0) }
        #expect(statuses == [.errored, .waiting, .complete, .terminated])
        for id in ["fail", "sleep", "complete", "terminated"] {
            #expect(throws: WorkflowError("(instance.already_exists) Instance already exists")) {
                try rig.create(id, "other")
            }
        }
        #expect(try rig.report("complete").output == "complete")
    }

    @Test func `an unknown id is not found by get, and nothing is stored for having asked`() throws {
        let rig = try Rig { _, _, _ in nil }
        let commits = rig.host.store.commitCount
        #expect(throws: WorkflowError("(instance.not_found) Instance does not exist")) { try rig.status("missing") }
        #expect(rig.host.store.commitCount == commits)
    }

    @Test func `terminate ends an instance at once, for good, and drops what its steps return later`() throws {
        let rig = try Rig { _, step, effects in
            try await step.do("first") { _ in effects.note("first") }
            do {
                try await step.sleep("s", "1 hour")
            } catch {
                effects.note("caught")
            }
            try await step.do("second") { _ in effects.note("second") }
            return "done"
        }
        try rig.create()
        try rig.advance(1000)
        try rig.terminate()
        try rig.finish()
        #expect(try rig.status() == .terminated)
        try rig.crash(downFor: 86_400_000)
        try rig.finish()
        #expect(try rig.status() == .terminated)
        #expect(rig.effects.count("second") == 0)
        #expect(rig.effects.count("first") == 1)
    }

    @Test(arguments: ["fail", "return", "terminated"])
    func `an instance that has ended can be neither terminated nor sent events`(_ how: String) throws {
        let rig = try Rig { event, step, _ in
            if event.payload == "fail" { throw WorkflowError(boom: "boom") }
            if event.payload == "terminated" { try await step.sleep("s", "1 hour") }
            return nil
        }
        try rig.create("a", .string(how))
        try rig.settle()
        if how == "terminated" { try rig.terminate() }
        #expect(
            throws: WorkflowError("(instance.cannot_terminate) Cannot terminate instance since its on a finite state")
        ) { try rig.terminate() }
        #expect(throws: WorkflowError("(instance.cannot_send_event) Instance is in a finite state")) {
            try rig.send("go")
        }
    }

    @Test func `code that swallows every error after terminate neither spins nor completes the instance`() throws {
        let rig = try Rig { _, step, effects in
            for _ in 0..<1000 {
                do {
                    try await step.sleep("s", "1 hour")
                } catch {
                    effects.note("swallowed")
                }
            }
            return "done"
        }
        try rig.create()
        try rig.settle()
        try rig.terminate()
        try rig.finish()
        #expect(try rig.status() == .terminated)
        #expect(rig.effects.count("swallowed") <= 2)
    }
}
