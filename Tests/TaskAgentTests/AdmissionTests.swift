import DurableActors
import DurableActorsTestKit
import Testing

/// Who is let in, and what the others are told.
@Suite struct AdmissionTests {
    private static let call = #"{"args":["ses_x","true","KEY"],"id":"1","method":"executeTask","type":"rpc"}"#

    private func answer(_ site: TaskSite, _ socket: TestSocket, key: String) throws -> String? {
        try socket.send(Self.call.replacing("KEY", with: key))
        try site.host.settle()
        return try socket.texts.last.flatMap { try JSON.parse($0)["error"]?.string }
    }

    @Test func `AG 164: a key that is missing, unknown or expired is told alike by REST and by RPC`() throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let brief = try site.call("POST", "/api/keys", key: key, ["expiresIn": 60]).json["key"]?.string ?? ""
        let socket = try #require(try site.socket("/agents/task-agent/default", key: key).socket)
        let missing = try site.call("POST", "/api/orchestrator")
        #expect(missing == .init(status: 401, json: ["error": "Missing x-api-key"]))
        let unknown = try site.call("POST", "/api/orchestrator/session", key: "key_nobody")
        #expect(unknown == .init(status: 401, json: ["error": "Invalid API key"]))
        #expect(try answer(site, socket, key: "key_nobody") == "Invalid API key")
        #expect(try answer(site, socket, key: brief) == "Session not found")
        try site.host.advance(by: .seconds(61))
        let expired = try site.call("POST", "/api/orchestrator/session", key: brief)
        #expect(expired == .init(status: 401, json: ["error": "API key expired"]))
        #expect(try answer(site, socket, key: brief) == "API key expired")
        #expect(try site.socket("/agents/task-agent/default", key: brief).status == 401)
    }

    @Test func `AG 163: a socket on the older prefix gets the protocol's three frames and nothing else`() throws {
        let site = try TaskSite()
        let socket = try #require(try site.socket("/agent/task-agent/default", key: try site.signUp()).socket)
        try site.host.advance(by: .seconds(1))
        #expect(
            socket.texts == [
                #"{"name":"default","agent":"task-agent","type":"cf_agent_identity"}"#,
                #"{"state":{"status":"new","runningTasks":0},"type":"cf_agent_state"}"#,
                #"{"mcp":{"prompts":[],"resources":[],"servers":{},"tools":[]},"type":"cf_agent_mcp_servers"}"#,
            ]
        )
    }

    @Test func `another user's session is not found by REST, and its socket is closed, whatever header is sent`() throws
    {
        let site = try TaskSite()
        let (key, other) = (try site.signUp(), try site.signUp("eve@example.org"))
        let session = try site.openSession(key)
        let owner = try site.call("GET", "/api/account", key: key).json["userId"]?.string
        let refused = try site.start("true", session, other)
        #expect(refused == .init(status: 404, json: ["error": "Session not found"]))
        let socket = try site.socket("/agents/task-agent/\(session)", key: other, user: owner).socket
        #expect(socket?.end == .closed(code: 1008, reason: "Session not found"))
        #expect(try site.socket("/agents/task-agent/\(session)", user: owner).status == 401)
        #expect(try site.commands(session) == [])
    }

    @Test func `a ticket opens one socket, once and in its time`() throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let ticket = try site.call("POST", "/api/ticket", key: key).json["ticket"]?.string ?? ""
        #expect(try site.socket("/agents/task-agent/default?ticket=\(ticket)").status == 101)
        #expect(try site.socket("/agents/task-agent/default?ticket=\(ticket)").status == 401)
        let late = try site.call("POST", "/api/ticket", key: key).json["ticket"]?.string ?? ""
        try site.host.advance(by: .seconds(61))
        #expect(try site.socket("/agents/task-agent/default?ticket=\(late)").status == 401)
    }

    @Test func `a client cannot set the state that others see`() throws {
        let site = try TaskSite()
        let key = try site.signUp()
        let first = try #require(try site.socket("/agents/task-agent/default", key: key).socket)
        let second = try #require(try site.socket("/agents/task-agent/default", key: key).socket)
        let before = second.texts
        try first.send(#"{"state":{"status":"owned","runningTasks":9},"type":"cf_agent_state"}"#)
        try site.host.settle()
        #expect(first.texts.last == #"{"type":"cf_agent_state_error","error":"State update rejected"}"#)
        #expect(second.texts == before)
    }
}
