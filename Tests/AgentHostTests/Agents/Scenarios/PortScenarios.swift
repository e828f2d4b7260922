import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct PortScenarios {
    private let site: AgentSite

    init() throws { site = try AgentSite() }

    private func connect() throws -> TestSocket {
        let socket = try site.run {
            let headers = Headers([("Upgrade", "websocket")])
            let agent = try await getAgentByName(self.site.bindings.generators, "g1")
            let response = try await agent.fetch(Request("http://host/api/agent/g1/ws", headers: headers))
            return TestSocket(try #require(response.webSocket))
        }
        try site.host.advance(by: .seconds(1))
        return socket
    }

    @Test func `AG 169: an agent reached by a path of the application's greets, and what it sends later comes later`()
        throws
    {
        #expect(
            try connect().texts == [
                #"{"name":"g1","agent":"code-generator-agent","type":"cf_agent_identity"}"#,
                #"{"state":{"phase":"idle","files":[]},"type":"cf_agent_state"}"#, AgentSite.mcp,
                #"{"type":"agent_connected","agent":"g1"}"#,
            ]
        )
    }

    @Test func `AG 170: messages of the application's own protocol reach it as they are`() throws {
        let socket = try connect()
        for text in [#"{"type":"session_init"}"#, #"{"type":"x"}"#, "{bad"] { try socket.send(text) }
        try site.settle()
        #expect(
            socket.texts.suffix(3) == [
                #"got {"type":"session_init"}"#, #"{"type":"error","error":"Unknown message type: x"}"#,
                #"{"type":"error","error":"Not JSON"}"#,
            ]
        )
    }

    @Test func `AG 172: a callback is called in order while the call goes on`() throws {
        let tape = site.tape
        let state = try site.run {
            let agent = try await getAgentByName(self.site.bindings.generators, "g1")
            let state = try await agent.initialize(RpcCallback { tape.note($0) })
            tape.note("end")
            return state
        }
        #expect(tape.lines == ["one", "two", "three", "end"])
        #expect(state.phase == "idle")
    }

    @Test func `AG 173: work in the background outlives its socket and keeps the agent in memory`() throws {
        let socket = try connect()
        try socket.send(#"{"type":"generate_all"}"#)
        try socket.send(#"{"type":"session_init"}"#)
        try site.settle()
        #expect(socket.texts.last == #"got {"type":"session_init"}"#)
        try socket.close(code: 1000, reason: "")
        try site.host.advance(by: .seconds(59))
        #expect(try site.run { await isInMemory(self.site.bindings.generators.getByName("g1")) })
        try site.host.advance(by: .seconds(2))
        #expect(try connect().texts[1] == #"{"state":{"phase":"done","files":["a"]},"type":"cf_agent_state"}"#)
    }

    @Test func `AG 174: bytes, requests and streamed responses pass a stub as they are`() throws {
        let (files, status, text) = try site.run {
            let agent = try await getAgentByName(self.site.bindings.generators, "g1")
            let request = Request("http://host/file", method: "POST", body: .bytes(Array("body".utf8)))
            let response = try await agent.handleBrowserFileServing(request)
            return (try await agent.exportGitObjects(), response.status, try await response.text())
        }
        #expect(files == [.init(path: "a", data: [0, 255, 10]), .init(path: "b", data: [])])
        #expect(status == 201)
        #expect(text == "body and more")
    }
}
