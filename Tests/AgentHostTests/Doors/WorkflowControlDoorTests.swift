import AgentHost
import DurableActors
import HostClient
import Testing
import Workflows

/// How a client holds, ends and repeats workflows, and follows them, through a door that does not have the instance.
@Suite(.timeLimit(.minutes(1))) struct WorkflowControlDoorTests {
    private static let waiting: Play.Env = { event, step in
        let given = try await step.waitForEvent("w", type: "go", as: JSONValue.self).payload
        if given == "fail" { throw WorkflowError(name: "Error", "as asked") }
        return given
    }

    private static let finite = "(instance.cannot_terminate) Cannot terminate instance since its on a finite state"

    @Test func `WF 111: a pause waits for the attempt that runs, and the next step begins after it`() throws {
        let site = try PlaySite(following: { follow in
            { event, step in
                if event.instanceId == "gate" {
                    return try await step.waitForEvent("w", type: "go", as: JSONValue.self).payload
                }
                try await step.do("slow") { _ in try await follow("gate") }
                return .string(try await step.do("next") { _ in "done" })
            }
        })
        try site.create("gate")
        try site.create("a")
        try site.wait("a", for: "attempt_started")
        #expect(try site.post("/a/pause") == "ok")
        #expect(try site.status("a") == ["status": "waitingForPause"])
        try site.post("/gate/send?type=go")
        try site.wait("a", for: "workflow_paused")
        #expect(try site.status("a") == ["status": "paused"])
        #expect(try site.post("/a/resume") == "ok")
        #expect(try site.end("a")["output"] == "done")
        let names = try site.events("a").map(\.name)
        #expect(names.count { $0 == "step_completed" } == 2)
        let (paused, last) = (names.firstIndex(of: "workflow_paused"), names.lastIndex(of: "step_started"))
        #expect(try #require(paused) < #require(last))
    }

    @Test func `WF 115: an event for a paused instance is delivered when it is resumed`() throws {
        let site = try PlaySite(Self.waiting)
        try site.create("a")
        try site.wait("a", for: "workflow_waiting")
        try site.post("/a/pause")
        #expect(try site.status("a") == ["status": "paused"])
        #expect(try site.post("/a/send?type=go", "kept") == "ok")
        #expect(try site.status("a") == ["status": "paused"])
        #expect(try site.post("/a/resume") == "ok")
        #expect(try site.end("a")["output"] == "kept")
    }

    @Test func `WF 123: nothing that has ended is terminated, paused or resumed`() throws {
        let site = try PlaySite(Self.waiting)
        for (id, payload) in [("complete", "fine"), ("errored", "fail"), ("terminated", nil)] as [(String, JSONValue)] {
            try site.create(id)
            try site.wait(id, for: "workflow_waiting")
            if payload == nil {
                #expect(try site.post("/\(id)/terminate") == "ok")
            } else {
                try site.post("/\(id)/send?type=go", payload)
            }
            #expect(try site.end(id)["status"] == .string(id))
            #expect(try site.post("/\(id)/terminate") == Self.finite)
            #expect(try site.post("/\(id)/pause") == "ok")
            #expect(try site.post("/\(id)/resume") == "ok")
            #expect(try site.status(id)["status"] == .string(id))
        }
    }

    @Test(arguments: ["complete", "errored", "terminated", "paused", "running"])
    func `WF 127, 128: a restart begins anew with the same parameters, without old values and events`(
        status: String
    )
        throws
    {
        let site = try PlaySite(following: { follow in
            { event, step in
                if event.instanceId == "gate" { return try await Self.waiting(event, step) }
                let made = try await step.do("random") { _ in "\(UInt64.random(in: 0 ... .max))" }
                if status == "running" { try await step.do("hold") { _ in try await follow("gate") } }
                let given = try await Self.waiting(event, step)
                return [given, event.payload, .string(event.instanceId), .string(made), .integer(event.timestamp)]
            }
        })
        for id in ["gate", "a"] { try site.create(id, "kept") }
        if status == "running" {
            try site.wait("a", for: "attempt_started", times: 2)
        } else {
            try site.wait("a", for: "workflow_waiting")
        }
        switch status {
        case "complete": try site.post("/a/send?type=go", "old")
        case "errored": try site.post("/a/send?type=go", "fail")
        case "terminated": try site.post("/a/terminate")
        case "paused":
            try site.post("/a/pause")
            try site.post("/a/send?type=go", "dropped")
        default: try site.post("/a/send?type=go", "dropped")
        }
        let before = ["paused", "running"].contains(status) ? try site.status("a") : try site.end("a")
        #expect(before["status"] == .string(status))
        #expect(try site.post("/a/restart") == "ok")
        try site.post("/gate/send?type=go")
        try site.post("/a/send?type=go", "new")
        let after = try site.end("a")["output"]?.array
        #expect(after?.prefix(3) == ["new", "kept", "a"])
        if let first = before["output"]?.array {
            #expect(first[3] != after?[3])
            #expect(first[4] == after?[4])
        }
    }

    @Test func `WF 129, 131: a restart from a step runs it and what came after it again, and needs a step that was`()
        throws
    {
        let site = try PlaySite { _, step in
            var made: [JSONValue] = []
            for name in ["a", "b", "c"] {
                made.append(.string(try await step.do(name) { _ in "\(UInt64.random(in: 0 ... .max))" }))
            }
            return .array(made)
        }
        try site.create("x")
        let first = try site.end("x")
        #expect(
            try site.post("/x/restart?from=d")
                == "(instance.cannot_restart) Step \"d\" not found in execution history"
        )
        #expect(try site.status("x") == first)
        #expect(try site.post("/x/restart?from=b") == "ok")
        let (old, new) = (try #require(first["output"]?.array), try #require(try site.end("x")["output"]?.array))
        #expect(old[0] == new[0])
        #expect(old[1] != new[1] && old[2] != new[2])
    }

    @Test func `WF 135: what has failed is rolled back from its last step to its first`() throws {
        let site = try PlaySite { _, step in
            for name in ["a", "b", "c"] {
                try await step.do(name) { _ in
                    name
                } rollback: { _ in
                }
            }
            throw WorkflowError(name: "Error", "boom")
        }
        try site.create("x")
        #expect(
            try site.end("x") == [
                "status": "errored", "error": ["name": "Error", "message": "boom"],
                "rollback": ["outcome": "complete"],
            ]
        )
        let rolledBack = try site.events("x").filter { $0.name == "rollback_step_completed" }
        #expect(rolledBack.map { $0.data["details"]?["stepName"] } == ["c-1", "b-1", "a-1"])
    }

    @Test func `WF 141: terminate with rollback rolls back an instance that sleeps`() throws {
        let site = try PlaySite { _, step in
            try await step.do("a") { _ in
                1
            } rollback: { context in
                if context.error.name != "Terminated" { throw NonRetryableError("\(context.error)") }
            }
            try await step.sleep("s", "1 hour")
            return nil
        }
        try site.create("x")
        try site.wait("x", for: "sleep_started")
        #expect(try site.post("/x/terminate?rollback") == "ok")
        let end = try site.end("x")
        #expect(end["status"] == "terminated")
        #expect(end["rollback"] == ["outcome": "complete"])
        #expect(try site.events("x").count { $0.name == "rollback_step_completed" } == 1)
    }

    @Test func `WF 155: a stream of what happens is whole and ends, and goes on after the last that was read`()
        throws
    {
        let site = try PlaySite { _, step in
            try await step.do("one") { _ in 1 }
            _ = try await step.waitForEvent("w", type: "go", as: JSONValue.self)
            return .integer(Int64(try await step.do("two") { _ in 2 }))
        }
        try site.create("a")
        try site.wait("a", for: "workflow_waiting")
        try site.post("/a/send?type=go")
        let all = try site.events("a")
        #expect(all.last?.name == "workflow_completed")
        #expect(all.map(\.id) == all.map(\.id).sorted() && Set(all.map(\.id)).count == all.count)
        #expect(all.count { $0.name == "step_completed" } == 2)
        let seventh = all[6].id
        #expect(try site.events("a", after: seventh) == Array(all[7...]))
        #expect(try site.events("a", after: try #require(all.last?.id)) == [])
    }
}
