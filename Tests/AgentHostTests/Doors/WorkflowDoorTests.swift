import AgentHost
import DurableActors
import HostClient
import Testing
import Workflows

/// What a client sees of workflows over HTTP, through a door that does not have the instance.
@Suite(.timeLimit(.minutes(1))) struct WorkflowDoorTests {
    /// Answers with what it was given.
    private static let echo: Play.Env = { event, step in
        try await step.do("echo") { _ in event.payload }
    }

    /// Waits for an event of the type `go` and answers with its payload.
    private static let waiting: Play.Env = { event, step in
        try await step.waitForEvent("w", type: "go", as: JSONValue.self).payload
    }

    @Test
    func `WF 1, 2, 20: an instance runs with its id, its workflow's name and its parameters, and its output is kept`()
        throws
    {
        let site = try PlaySite { event, _ in
            ["id": .string(event.instanceId), "name": .string(event.workflowName), "payload": event.payload]
        }
        try site.create("a", ["x": 1])
        #expect(
            try site.end("a") == [
                "status": "complete", "output": ["id": "a", "name": "my-play", "payload": ["x": 1]],
            ]
        )
    }

    @Test func `WF 3: without an id each creation makes another instance`() throws {
        let site = try PlaySite(Self.echo)
        let (one, other) = (try site.post("/", [:]), try site.post("/", [:]))
        #expect(one != other)
        for id in [one, other] { #expect(try site.end(id)["output"] == [:]) }
    }

    @Test func `WF 4, 5: a malformed id is refused with its text and nothing stored`() throws {
        let site = try PlaySite(Self.echo)
        let long = String(repeating: "x", count: 100)
        for id in ["", "%20%20%20", long + "x", "%23invalid!", "%231231231!!!!", "-badName"] {
            let answer = try site.host.http().post("/?id=\(id)", nil)
            #expect(answer.status == 400 && answer.text == "Workflow instance has invalid id")
        }
        for id in ["abc", "NAME_123-hello", long] {
            try site.create(id)
            #expect(try site.end(id)["status"] == "complete")
        }
    }

    @Test func `WF 8: an id is free again once its instance is deleted`() throws {
        let site = try PlaySite(Self.waiting)
        try site.create("a")
        #expect(try site.post("/?id=a") == "(instance.already_exists) Instance already exists")
        #expect(try site.post("/a/terminate") == "ok")
        #expect(try site.post("/?id=a") == "(instance.already_exists) Instance already exists")
        #expect(try site.post("/a/delete") == "ok")
        try site.create("a")
        #expect(try site.post("/a/send?type=go", "again") == "ok")
        #expect(try site.end("a") == ["status": "complete", "output": "again"])
    }

    @Test func `WF 9: an unknown id is not found`() throws {
        let site = try PlaySite(Self.echo)
        #expect(try site.status("missing") == "(instance.not_found) Instance does not exist")
    }

    @Test func `WF 10, 21: what run throws becomes the instance's error, and its creation is answered all the same`()
        throws
    {
        let site = try PlaySite { _, _ in throw WorkflowError(name: "Error", "boom") }
        try site.create("a")
        #expect(try site.end("a") == ["status": "errored", "error": ["name": "Error", "message": "boom"]])
    }

    @Test func `WF 11, 12, 13: a batch is created in order but for ids in use, and refused when empty or too large`()
        throws
    {
        let site = try PlaySite(Self.echo)
        func one(_ id: String) -> JSONValue { ["id": .string(id), "params": .string("for \(id)")] }
        try site.create("b", "first")
        #expect(try site.post("/batch", [one("a"), one("b"), one("c")]) == "a,c")
        for id in ["a", "c"] { #expect(try site.end(id)["output"] == .string("for \(id)")) }
        #expect(try site.end("b")["output"] == "first")
        #expect(try site.post("/batch", [one("a"), one("b"), one("c")]) == "")
        #expect(try site.post("/batch", []) == "batchCreate should have at least 1 instance")
        let many = JSONValue.array((0..<101).map { one("n\($0)") })
        #expect(try site.post("/batch", many) == "batchCreate only supports 100 instances at a time")
        #expect(try site.status("n0") == "(instance.not_found) Instance does not exist")
    }

    @Test func `WF 16: a batch of deletions answers for each id`() throws {
        let site = try PlaySite(Self.waiting)
        for id in ["x", "y"] { try site.create(id) }
        #expect(try site.post("/delete", ["x", "y", "x", "missing"]) == "x,y,x,missing 10400")
        #expect(try site.status("x") == "(instance.not_found) Instance does not exist")
    }

    @Test func `WF 26, 38: a step is tried as often as it is to be, and once when its error forbids more`() throws {
        let site = try PlaySite { event, step in
            guard event.instanceId == "good" else {
                return try await step.do("s") { _ in throw NonRetryableError("no") }
            }
            let retries = StepConfig.Retries(limit: 2, delay: 1)
            return try await step.do("s", StepConfig(retries: retries)) { context in
                if context.attempt < 3 { throw WorkflowError(name: "Error", "again") }
                return "attempt 3"
            }
        }
        try site.create("a")
        #expect(try site.end("a") == ["status": "errored", "error": ["name": "NonRetryableError", "message": "no"]])
        #expect(try site.events("a").count { $0.name == "attempt_started" } == 1)
        try site.create("good")
        #expect(try site.end("good") == ["status": "complete", "output": "attempt 3"])
        let attempts = try site.events("good").filter { $0.name == "attempt_started" }
        #expect(attempts.map { $0.data["details"]?["attempt"] } == [1, 2, 3])
    }

    // MARK: - Events

    @Test func `WF 82, 83: an instance waits for its event, and one that came before is taken at once`() throws {
        let site = try PlaySite { event, step in
            if event.instanceId == "late" {
                _ = try await step.waitForEvent("first", type: "first", as: JSONValue.self)
            }
            let given = try await step.waitForEvent("w", type: "go", as: JSONValue.self)
            return [
                "payload": given.payload, "type": .string(given.type),
                "isLater": .bool(given.timestamp >= event.timestamp),
            ]
        }
        try site.create("a")
        try site.wait("a", for: "workflow_waiting")
        #expect(try site.status("a") == ["status": "waiting"])
        #expect(try site.post("/a/send?type=go", ["n": 1]) == "ok")
        #expect(try site.end("a")["output"] == ["payload": ["n": 1], "type": "go", "isLater": true])
        try site.create("late")
        #expect(try site.post("/late/send?type=go", "early") == "ok")
        #expect(try site.post("/late/send?type=first", nil) == "ok")
        #expect(try site.end("late")["output"] == ["payload": "early", "type": "go", "isLater": true])
    }

    @Test func `WF 84: events go to the waits of their type, in their order`() throws {
        let site = try PlaySite { _, step in
            let other = try await step.waitForEvent("other", type: "t2", as: JSONValue.self).payload
            var taken = [other]
            for number in 0..<3 {
                taken.append(try await step.waitForEvent("w\(number)", type: "t1", as: JSONValue.self).payload)
            }
            return .array(taken)
        }
        try site.create("a")
        try site.wait("a", for: "workflow_waiting")
        for number in 1...3 { try site.post("/a/send?type=t1", .integer(Int64(number))) }
        #expect(try site.status("a") == ["status": "waiting"])
        try site.post("/a/send?type=t2", "other")
        #expect(try site.end("a")["output"] == ["other", 1, 2, 3])
    }

    @Test func `WF 96, 97: an event is refused for its type, its instance's end, and an unknown id`() throws {
        let site = try PlaySite(Self.waiting)
        try site.create("a")
        #expect(try site.post("/a/send?type=a.b", nil) == "workflow.invalid_event_type")
        let type = String(repeating: "t", count: 100)
        #expect(try site.post("/a/send?type=\(type)", nil) == "ok")
        #expect(try site.post("/a/send?type=\(type)t", nil) == "workflow.invalid_event_type")
        try site.post("/a/send?type=go", nil)
        _ = try site.end("a")
        #expect(
            try site.post("/a/send?type=go", nil) == "(instance.cannot_send_event) Instance is in a finite state"
        )
        #expect(try site.post("/b/send?type=go", nil) == "(instance.not_found) Instance does not exist")
    }

    @Test func `WF 93: after a wait that has timed out the steps behind it run`() throws {
        let site = try PlaySite { _, step in
            do {
                return try await step.waitForEvent("w", type: "go", timeout: 50, as: JSONValue.self).payload
            } catch let error as WorkflowError {
                return .string(try await step.do("behind") { _ in "\(error)" })
            }
        }
        try site.create("a")
        #expect(try site.end("a")["output"] == "WorkflowTimeoutError: Execution timed out after 50ms")
    }
}
