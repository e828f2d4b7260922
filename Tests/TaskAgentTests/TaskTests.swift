import DurableActors
import DurableActorsTestKit
import TaskAgent
import Testing

/// Sessions, tasks and what they cost, from the first request to the last frame.
@Suite struct TaskTests {
    @Test func `a task runs from sign-up to completion, and the next one finds the same sandbox`() throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let first = try site.started("echo one", session, key)
        try site.finish(first, session, output: "one\n")
        let status = try site.status(first)
        #expect(status["status"] == "completed")
        #expect(status["output"]?["output"] == "one\n")
        #expect(status["output"]?["success"] == true)
        let second = try site.started("false", session, key)
        try site.finish(second, session, exitCode: 1)
        #expect(try site.status(second)["output"]?["exitCode"] == 1)
        #expect(try site.commands(session) == ["\(first)-command", "\(second)-command"])
        #expect(try site.credits(key) == 98)
    }

    @Test func `AG 166: a task's status is told while it runs and after, and of an unknown one that it is not found`()
        throws
    {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let workflow = try site.started("true", session, key)
        #expect(try site.status(workflow)["status"] == "waiting")
        try site.finish(workflow, session)
        #expect(try site.status(workflow)["status"] == "completed")
        let unknown = try site.call("GET", "/api/workflow/wf_unknown/status")
        #expect(unknown == .init(status: 404, json: ["error": "Workflow not found"]))
    }

    @Test(arguments: [(0, 1), (59_000, 1), (60_000, 1), (61_000, 2), (180_000, 3)])
    func `each started minute costs one credit`(milliseconds: Int, credits: Int) throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let asked = site.host.world.clock.nowMilliseconds
        let workflow = try site.started("sleep", session, key)
        // The command starts in the instant of the request, since time does not pass while there is work.
        let passed = Int(site.host.world.clock.nowMilliseconds - asked)
        try site.host.advance(by: .milliseconds(max(milliseconds - passed, 0)))
        try site.finish(workflow, session)
        #expect(try site.credits(key) == 100 - credits)
        #expect(try site.status(workflow)["output"]?["creditsUsed"]?.int == credits)
    }

    @Test func `WF 175: a command of an hour runs once and ends once, though its host starts again three times`() throws
    {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let workflow = try site.started("sleep 3600", session, key)
        for _ in 1...3 {
            try site.host.advance(by: .seconds(1200))
            try site.host.restart()
        }
        try site.finish(workflow, session, output: "slept")
        let status = try site.status(workflow)
        #expect(status["status"] == "completed")
        #expect(status["output"]?["output"] == "slept")
        #expect(try site.commands(session) == ["\(workflow)-command"])
    }

    @Test func `WF 173: two tasks that are started together have the one container of their session`() throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let application = site.host.bindings
        let started = (1...2).map { number in
            site.host.world.start {
                let body: JSONValue = ["sessionId": .string(session), "task": .string("echo \(number)")]
                let request = Request(
                    "http://host/api/orchestrator",
                    method: "POST",
                    headers: ["x-api-key": key],
                    body: .bytes(Array(body.description.utf8))
                )
                return try await application.fetch(request).json()["workflowId"]?.string ?? ""
            }
        }
        try site.host.advance(by: .seconds(1))
        let tasks = try started.map { try #require(try $0.result?.get()) }
        for task in tasks { try site.finish(task, session) }
        #expect(try tasks.map { try site.status($0)["status"] } == ["completed", "completed"])
        #expect(try site.commands(session).sorted() == tasks.map { $0 + "-command" }.sorted())
        #expect(site.sandboxes.spawned.map(\.id) == [session])
    }

    @Test func `a task is refused with 402 once the balance is used up`() throws {
        let site = try TaskSite(credits: 1)
        let key = try site.signUp()
        let session = try site.openSession(key)
        try site.finish(try site.started("true", session, key), session)
        let refused = try site.start("true", session, key)
        #expect(refused == .init(status: 402, json: ["error": "Insufficient credits"]))
        #expect(try site.commands(session).count == 1)
    }

    @Test func `a credit is set aside for each running task, so parallel ones never spend more than there is`() throws {
        let site = try TaskSite(credits: 2)
        let key = try site.signUp()
        let session = try site.openSession(key)
        let workflows = [try site.started("first", session, key), try site.started("second", session, key)]
        #expect(try site.start("third", session, key)?.status == 402)
        // What is set aside is not spent yet.
        #expect(try site.credits(key) == 2)
        try site.host.advance(by: .seconds(200))
        for workflow in workflows {
            try site.finish(workflow, session)
            #expect(try site.status(workflow)["output"]?["creditsUsed"] == 1)
        }
        #expect(try site.credits(key) == 0)
    }

    @Test func `a character whose bytes come in pieces comes whole`() throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let socket = try #require(try site.socket("/agents/task-agent/\(session)", key: key).socket)
        let workflow = try site.started("cat", session, key)
        let sandbox = site.sandboxes.scripted(session)
        for byte in Array("aé😀".utf8) + [0xF0] {
            try sandbox.write([byte], to: workflow + "-command")
            try site.host.settle()
        }
        try site.finish(workflow, session)
        let frames = ["executing ", "running a", "running é", "running 😀", "running \u{FFFD}"]
        #expect(try socket.progress(workflow) == frames + ["completed aé😀\u{FFFD}"])
    }

    @Test(arguments: ["\u{0}", "\u{1F600}", "\"", "é"])
    func `a task whose output is long and awkward completes with the beginning of it`(piece: String) throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let workflow = try site.started("cat", session, key)
        try site.finish(workflow, session, output: String(repeating: piece, count: (700 << 10) / piece.utf8.count))
        let status = try site.status(workflow)
        #expect(status["status"] == "completed")
        #expect(status["output"]?["output"]?.string?.hasPrefix(piece + piece) == true)
    }

    @Test
    func `AG 165: progress comes in order to the session and to its own user at the front door, and to nobody else`()
        throws
    {
        let site = try TaskSite()
        let (key, other) = (try site.signUp(), try site.signUp("eve@example.org"))
        let session = try site.openSession(key)
        let sockets = try [("\(session)", key), ("default", key), ("default", other)].map {
            try #require(try site.socket("/agents/task-agent/\($0.0)", key: $0.1).socket)
        }
        let workflow = try site.started("echo hello", session, key)
        try site.finish(workflow, session, output: "hello")
        let frames = ["executing ", "running hello", "completed hello"]
        #expect(try sockets.map { try $0.progress(workflow) } == [frames, frames, []])
    }

    @Test(arguments: [true, false])
    func `a task that needs approval runs once a person has approved it, and never when it is rejected`(
        isApproved: Bool
    ) throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let session = try site.openSession(key)
        let socket = try #require(try site.socket("/agents/task-agent/\(session)", key: key).socket)
        let body: JSONValue = ["sessionId": .string(session), "task": "true", "needsApproval": true]
        let workflow = try #require(
            try site.attempt("POST", "/api/orchestrator", key: key, body)?.json["workflowId"]?.string
        )
        #expect(try socket.progress(workflow) == ["waiting-for-approval "])
        #expect(try site.states(socket) == [0, 1])
        #expect(try site.commands(session) == [])
        let (method, args) = isApproved ? ("approveTask", "") : ("rejectTask", #""too bold","#)
        try socket.send(#"{"args":["\#(workflow)",\#(args)"\#(key)"],"id":"1","method":"\#(method)","type":"rpc"}"#)
        try site.host.settle()
        if isApproved {
            try site.finish(workflow, session)
            #expect(try site.status(workflow)["status"] == "completed")
        } else {
            #expect(try socket.progress(workflow) == ["waiting-for-approval ", "errored "])
            #expect(try site.status(workflow)["error"] == "Workflow rejected: too bold")
        }
        #expect(try site.states(socket) == [0, 1, 0])
        #expect(try site.commands(session).count == (isApproved ? 1 : 0))
        #expect(try site.credits(key) == (isApproved ? 99 : 100))
    }

    @Test func `a task for later starts at its time, over a restart, and not once it is taken back`() throws {
        let site = try TaskSite()
        let (key, other) = (try site.signUp(), try site.signUp("eve@example.org"))
        let session = try site.openSession(key)
        let socket = try #require(try site.socket("/agents/task-agent/\(session)", key: key).socket)
        let (id, name) = (JSONValue.string(session), JSONValue.string(key))
        let first = try site.rpc(socket, "scheduleTask", id, "echo first", 600, name)
        let second = try site.rpc(socket, "scheduleTask", id, "echo second", 1200, name)
        let third = try site.rpc(socket, "scheduleTask", id, "echo third", 600, name, true)
        #expect(try site.rpc(socket, "scheduledTasks", id, name) == .array([first, second, third]))
        #expect(try site.rpc(socket, "scheduledTasks", id, .string(other)) == "Session not found")
        #expect(
            try site.rpc(socket, "scheduleTask", id, "echo", 0, name) == "A delay is over 0 and at most 2592000 seconds"
        )
        #expect(try site.rpc(socket, "cancelScheduledTask", id, second["id"] ?? .null, name) == true)
        #expect(try site.rpc(socket, "cancelScheduledTask", id, second["id"] ?? .null, name) == false)
        try site.host.advance(by: .seconds(300))
        #expect(try site.commands(session) == [])
        try site.host.restart()
        try site.host.advance(by: .seconds(1200))
        #expect(try site.commands(session).count == 1)
        let late = try #require(try site.socket("/agents/task-agent/\(session)", key: key).socket)
        // One runs, one waits for a person.
        #expect(try site.states(late) == [2])
        #expect(try site.rpc(late, "scheduledTasks", id, name) == [])
    }
}
