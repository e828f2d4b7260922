import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct ConnectScenarios {
    private static let identity = #"{"name":"r1","agent":"counter","type":"cf_agent_identity"}"#
    private static let zero = #"{"state":{"count":0},"type":"cf_agent_state"}"#

    @Test func `AG 1: identity, state and MCP frames come first and nothing after them`() throws {
        let site = try AgentSite()
        let socket = try site.open("/agents/counter/r1")
        try site.host.advance(by: .milliseconds(500))
        #expect(socket.texts == [Self.identity, Self.zero, AgentSite.mcp])
    }

    @Test func `AG 2, 3: without identity and without a state there is only the MCP frame`() throws {
        let site = try AgentSite()
        #expect(try site.open("/agents/plain-object/r").texts == [AgentSite.mcp])
        try site.run { try await site.bindings.plains.getByName("r").keep(["a": 1]) }
        let state = #"{"state":{"a":1},"type":"cf_agent_state"}"#
        #expect(try site.open("/agents/plain-object/r").texts == [state, AgentSite.mcp])
        #expect(
            try site.open("/agents/shouter/s").texts.first
                == #"{"name":"s","agent":"shouter","type":"cf_agent_identity"}"#
        )
        #expect(try site.open("/agents/shouter/s").texts.count == 2)
    }

    @Test(arguments: [JSONValue.integer(0), false, "", nil])
    func `AG 4: a stored state is sent whatever its truth value`(state: JSONValue) throws {
        let site = try AgentSite()
        try site.run { try await site.bindings.plains.getByName("r").keep(state) }
        let frame = #"{"state":\#(state),"type":"cf_agent_state"}"#
        #expect(try site.open("/agents/plain-object/r").texts == [frame, AgentSite.mcp])
    }

    @Test func `AG 5: no message is handled before onConnect has ended`() throws {
        let site = try AgentSite()
        let socket = try site.run {
            var headers = Headers()
            headers.set("upgrade", "websocket")
            let request = Request("http://host/agents/counter/r1?slow=1", headers: headers)
            let response = try await site.host.door.routeAgentRequest(request)
            let socket = TestSocket(try #require(response?.webSocket))
            for _ in 0..<25 { try socket.send("tagged?") }
            return socket
        }
        try site.settle()
        #expect(socket.texts == [Self.identity, Self.zero, AgentSite.mcp] + Array(repeating: "tagged true", count: 25))
    }

    @Test func `AG 6: identity is sent on every connection`() throws {
        let site = try AgentSite()
        for _ in 0..<2 {
            let socket = try site.open("/agents/counter/r1")
            #expect(socket.texts == [Self.identity, Self.zero, AgentSite.mcp])
            try socket.close(code: 1000, reason: "")
            try site.settle()
        }
    }

    @Test func `AG 11: the rest of the path reaches the same agent and stands in the request`() throws {
        let site = try AgentSite()
        #expect(try site.open("/agents/counter/r1/settings/a?_pk=1").texts.first == Self.identity)
        #expect(site.tape.lines.contains("connect /agents/counter/r1/settings/a -"))
    }

    @Test func `AG 9: what stands in the query as a form reaches the agent as it was meant`() throws {
        let site = try AgentSite()
        _ = try site.open("/agents/counter/r1?_pk=a&tags=a+b,%C3%BC%26&empty=")
        #expect(
            try site.run { try await site.bindings.counters.getByName("r1").connectionTags() } == [["a", "a b", "ü&"]]
        )
    }

    @Test func `AG 12: the id of a connection is what the query gives, or random`() throws {
        let site = try AgentSite()
        _ = try site.open("/agents/counter/r1?_pk=abc")
        _ = try site.open("/agents/counter/r1")
        let (ids, tags) = try site.run {
            let counter = site.bindings.counters.getByName("r1")
            return (try await counter.connectionIds(tag: nil), try await counter.connectionTags())
        }
        #expect(ids[0] == "abc")
        #expect(ids[1].wholeMatch(of: /[A-Za-z0-9_-]{21}/) != nil)
        #expect(tags == [["abc"], [ids[1]]])
    }

    @Test func `AG 13: connections are found by tag, and a tenth tag of one's own is refused`() throws {
        let site = try AgentSite()
        _ = try site.open("/agents/counter/r1?_pk=a&tags=room-1")
        _ = try site.open("/agents/counter/r1?_pk=b")
        let found = try site.run {
            let counter = site.bindings.counters.getByName("r1")
            return (try await counter.connectionIds(tag: "room-1"), try await counter.connectionTags())
        }
        #expect(found.0 == ["a"])
        #expect(found.1 == [["a", "room-1"], ["b"]])
        let refused = try site.open("/agents/counter/r1?tags=1,2,3,4,5,6,7,8,9,10")
        #expect(refused.texts == [#"{"error":"A connection can only have 10 tags, including the default id tag."}"#])
        #expect(refused.end == .closed(code: 1011, reason: "Uncaught exception during session setup"))
    }

    @Test(arguments: [
        ("%20", ""), (String(repeating: "x", count: 257), "A connection tag must not exceed 256 characters"),
    ])
    func `a tag that is too long is refused`(tag: String, error: String) throws {
        let site = try AgentSite()
        let socket = try site.open("/agents/counter/r1?tags=\(tag)")
        #expect((socket.texts == [#"{"error":"\#(error)"}"#]) == !error.isEmpty)
    }

    @Test func `AG 14: a client's close reaches onClose and is answered with its own code`() throws {
        let site = try AgentSite()
        let socket = try site.open("/agents/counter/r1")
        try socket.close(code: 1000, reason: "")
        try site.settle()
        #expect(site.tape.lines.last == "close 1000 '' true")
        #expect(socket.end == .closed(code: 1000, reason: ""))
    }

    @Test func `a client that is gone reaches onClose with 1006`() throws {
        let site = try AgentSite()
        let socket = try site.open("/agents/counter/r1")
        socket.drop()
        try site.settle()
        #expect(site.tape.lines.last?.hasPrefix("close 1006") == true)
        #expect(site.tape.lines.last?.hasSuffix("false") == true)
    }

    @Test func `AG 15: HTTP to an agent without onRequest is not implemented`() throws {
        let site = try AgentSite()
        let response = try site.answer("/agents/plain-object/r1")
        #expect(response?.status == 404)
        #expect(try site.run { try await response?.text() } == "Not implemented")
    }

    @Test func `AG 16: method, headers, body and address of a request reach the agent as they are`() throws {
        let site = try AgentSite()
        let body = [UInt8](repeating: 0x62, count: 1 << 20)
        let response = try site.answer(
            "/agents/case-sensitive/r?x=%20",
            method: "PATCH",
            headers: Headers([("X-Own", "1")]),
            body: body
        )
        #expect(response?.headers.get("x-own") == "1")
        #expect(response?.headers.get("x-seen") == "PATCH http://host/agents/case-sensitive/r?x=%20")
        #expect(try site.run { try await response?.body?.collect() } == body)
    }

    @Test func `AG 17: what onRequest throws is answered with 500 and its text`() throws {
        let site = try AgentSite()
        let response = try site.answer("/agents/counter/r1?throw=1")
        #expect(response?.status == 500)
        #expect(try site.run { try await response?.text() } == "boom")
        #expect(site.tape.lines.last == "error boom")
    }

    @Test func `an error that onError has taken without throwing reaches the caller of the agent`() throws {
        let site = try AgentSite()
        #expect(throws: Failure.self) { try site.answer("/agents/shouter/r1") }
    }

    @Test func `AG 19: an agent reached by its name and by a path of the application's is one agent`() throws {
        let site = try AgentSite()
        let own = try site.run {
            var headers = Headers()
            headers.set("Upgrade", "websocket")
            let agent = try await getAgentByName(site.bindings.counters, "r1")
            return TestSocket(
                try #require(try await agent.fetch(Request("http://host/custom-state/x", headers: headers)).webSocket)
            )
        }
        let routed = try site.connected("/agents/counter/r1")
        try routed.call("increment")
        #expect(own.texts.prefix(3) == [Self.identity, Self.zero, AgentSite.mcp])
        #expect(own.texts.last == #"{"state":{"count":1},"type":"cf_agent_state"}"#)
    }

    @Test func `AG 20: what onConnect throws comes as an error frame and close code 1011, and nothing else`() throws {
        let site = try AgentSite()
        let socket = try site.open("/agents/counter/r1?fail=1")
        #expect(socket.texts == [#"{"error":"nope"}"#])
        #expect(socket.end == .closed(code: 1011, reason: "Uncaught exception during session setup"))
        #expect(try site.run { try await site.bindings.counters.getByName("r1").connectionIds(tag: nil) } == [])
    }

    @Test func `AG 21: after a start that failed the next event starts the agent again`() throws {
        let site = try AgentSite()
        site.tape.note("fail next start")
        let failed = try site.answer("/agents/counter/r1")
        #expect(failed?.status == 500)
        #expect(try site.run { try await failed?.text() } == "not yet")
        #expect(try site.answer("/agents/counter/r1")?.status == 200)
        #expect(site.tape.count("start r1 none") == 2)
        #expect(site.tape.count("started r1") == 1)
    }

    @Test func `AG 22: requests that come together wait for one start`() throws {
        let site = try AgentSite()
        let statuses = try site.run {
            try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let request = Request("http://host/agents/counter/r1")
                        return try await site.host.door.routeAgentRequest(request)?.status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(statuses == Array(repeating: 200, count: 20))
        #expect(site.tape.count("start r1 none") == 1)
        let started = site.tape.lines.firstIndex(of: "started r1")
        let answered = site.tape.lines.firstIndex { $0.hasPrefix("request") }
        #expect(try #require(started) < #require(answered))
    }

    @Test func `AG 73: a readonly connection stays so over hibernation, and a new one is judged anew`() throws {
        let site = try AgentSite()
        let reader = try site.connected("/agents/counter/r1?readonly=true")
        try site.run { try await evictDurableObject(site.bindings.counters.getByName("r1")) }
        try reader.send(#"{"type":"cf_agent_state","state":{"count":1}}"#)
        try site.host.advance(by: .milliseconds(100))
        #expect(reader.texts.last == #"{"type":"cf_agent_state_error","error":"Connection is readonly"}"#)
        let writer = try site.connected("/agents/counter/r1")
        try writer.send(#"{"type":"cf_agent_state","state":{"count":2}}"#)
        #expect(reader.texts.last == #"{"state":{"count":2},"type":"cf_agent_state"}"#)
    }

    @Test func `a start with live sockets sends each the MCP frame alone`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r1")
        let silent = try site.connected("/agents/counter/r1?silent=true")
        try site.run { try await evictDurableObject(site.bindings.counters.getByName("r1")) }
        _ = try site.answer("/agents/counter/r1")
        #expect(client.texts == [AgentSite.mcp])
        #expect(silent.texts == [])
    }
}
