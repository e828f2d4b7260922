import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct RoutingScenarios {
    @Test(arguments: [
        ("TaskAgent", "task-agent"), ("taskAgent", "task-agent"), ("task_agent", "task-agent"),
        ("TASK_AGENT", "task-agent"), ("task-agent", "task-agent"), ("AIAssistant", "a-i-assistant"),
        ("HTTPServer", "h-t-t-p-server"), ("TaskAgentDO", "task-agent-d-o"), ("My_Agent", "my--agent"),
        ("My_Agent_", "my--agent"), ("_Foo", "--foo"), ("A1B", "a1b"), ("agent2B", "agent2-b"), ("A_B", "a-b"),
        ("CodeGenObject", "code-gen-object"), ("Sub", "sub"), ("SUB", "sub"), ("Sub_", "sub"),
        ("EXECUTE_TASK", "execute-task"), ("X", "x"), ("123", "123"),
    ])
    func `AG 77: names take the kebab form of the SDK's clients`(name: String, kebab: String) {
        #expect(KebabCase.convert(name) == kebab)
    }

    @Test func `AG 78: a path that is of no agent is left, an unknown agent is a bad request`() throws {
        let site = try AgentSite()
        for path in ["/agents", "/agents/", "/agents/counter", "/api/x", "/"] {
            #expect(try site.answer(path)?.status == nil, "\(path)")
        }
        let unknown = try site.answer("/agents/nope/r", options: AgentRoutingOptions(cors: .any))
        #expect(unknown?.status == 400)
        #expect(unknown?.headers.has("access-control-allow-origin") == false)
        #expect(try site.text("/agents/nope/r") == "Invalid request")
    }

    @Test func `AG 79: an agent is found by the kebab form of its binding alone`() throws {
        let site = try AgentSite()
        #expect(try site.answer("/agents/case-sensitive/r")?.status == 200)
        #expect(try site.answer("/agents/callee/r")?.status == 400)
        #expect(try site.answer("/agents/CASE_SENSITIVE/r")?.status == 400)
        #expect(try site.open("/agents/case-sensitive/r").texts.first?.contains(#""agent":"callee""#) == true)
    }

    @Test func `AG 80, 83: path and query reach the agent as they are, empty segments count for nothing`() throws {
        let site = try AgentSite()
        let path = "/agents/counter/r/callback?code=test&x=1"
        #expect(try site.text(path) == "GET http://host\(path) ")
        #expect(try site.text("//agents//counter//r") == "GET http://host//agents//counter//r ")
        #expect(site.tape.count("start r none") == 1)
    }

    @Test(arguments: ["api/v1/agents", "agent"])
    func `AG 81: another prefix takes the place of the usual one`(prefix: String) throws {
        let site = try AgentSite()
        let options = AgentRoutingOptions(prefix: prefix)
        #expect(try site.answer("/\(prefix)/counter/r", options: options)?.status == 200)
        #expect(try site.answer("/agents/counter/r", options: options)?.status == nil)
    }

    @Test func `AG 82: agents differ by name and class, and sockets of one name share its state`() throws {
        let site = try AgentSite()
        let first = try site.connected("/agents/counter/a")
        let same = try site.connected("/agents/counter/a")
        let other = try site.connected("/agents/counter/b")
        try first.call("set", "4")
        #expect(same.texts == [#"{"state":{"count":4},"type":"cf_agent_state"}"#])
        #expect(other.texts == [])
        #expect(try site.open("/agents/plain-object/a").texts == [AgentSite.mcp])
    }

    @Test func `a name is taken as it stands in the path`() throws {
        let site = try AgentSite()
        let socket = try site.open("/agents/counter/a%20b")
        #expect(socket.texts.first == #"{"name":"a%20b","agent":"counter","type":"cf_agent_identity"}"#)
    }

    @Test func `AG 84: CORS answers OPTIONS itself and marks every answer; without it OPTIONS is a request`() throws {
        let site = try AgentSite()
        let options = AgentRoutingOptions(cors: .any)
        let asked = try site.answer("/agents/counter/r", method: "OPTIONS", options: options)
        #expect(asked?.status == 200)
        #expect(try site.run { try await asked?.text() } == "")
        #expect(site.tape.lines == [])
        let answered = try site.answer("/agents/counter/r", options: options)
        for response in [asked, answered] {
            #expect(response?.headers.get("access-control-allow-origin") == "*")
            #expect(response?.headers.get("access-control-allow-methods") == "GET, POST, HEAD, OPTIONS")
            #expect(response?.headers.get("access-control-allow-headers") == "*")
            #expect(response?.headers.get("access-control-max-age") == "86400")
        }
        _ = try site.answer("/agents/counter/r", method: "OPTIONS")
        #expect(site.tape.lines.last == "request OPTIONS http://host/agents/counter/r OPTIONS")
        let own = AgentRoutingOptions(cors: .headers(Headers([("Access-Control-Allow-Credentials", "true")])))
        let credentials = try site.answer("/agents/counter/r", options: own)
        #expect(credentials?.headers.get("access-control-allow-credentials") == "true")
        #expect(credentials?.headers.has("access-control-allow-origin") == false)
    }

    @Test func `AG 85: an upgrade that a hook answers is answered so, and no agent starts`() throws {
        let site = try AgentSite()
        var options = AgentRoutingOptions(cors: .any)
        options.onBeforeConnect = { _, _ in
            .answer(Response("who?", status: 401, headers: Headers([("WWW-Authenticate", "Bearer")])))
        }
        let upgrade = Headers([("Upgrade", "websocket")])
        let answer = try site.answer("/agents/counter/r", headers: upgrade, options: options)
        #expect(answer?.status == 401)
        #expect(answer?.headers.get("www-authenticate") == "Bearer")
        #expect(answer?.headers.get("access-control-allow-origin") == "*")
        #expect(site.tape.lines == [])
    }

    @Test func `AG 86, 87: hooks see the agent's names, change the request, and each has its kind`() throws {
        let site = try AgentSite()
        var options = AgentRoutingOptions()
        let tape = site.tape
        options.onBeforeConnect = { request, target in
            tape.note("connect hook \(target.className) \(target.party) \(target.name)")
            var request = request
            request.headers.set("x-added", "yes")
            return .replace(request)
        }
        options.onBeforeRequest = { request, target in
            tape.note("request hook \(target.className) \(target.party) \(target.name)")
            var request = request
            request.headers.set("x-added", "yes")
            return .replace(request)
        }
        let upgrade = Headers([("Upgrade", "websocket")])
        _ = try site.answer("/agents/counter/a%20b", headers: upgrade, options: options)
        let hooks = { site.tape.lines.filter { $0.contains(" hook ") } }
        #expect(hooks() == ["connect hook Counter counter a%20b"])
        #expect(site.tape.lines.contains("connect /agents/counter/a%20b yes"))
        site.tape.clear()
        let answer = try site.answer("/agents/counter/a?header=x-added", options: options)
        #expect(try site.run { try await answer?.text() } == "yes")
        #expect(hooks() == ["request hook Counter counter a"])
    }

    @Test func `AG 88: props reach the start, and headers that would carry them from outside do not`() throws {
        let site = try AgentSite()
        let options = AgentRoutingOptions(props: ["userId": "u"])
        let forged = Headers([("x-partykit-props", "1"), ("X-Agents-Lifecycle-Props", "1"), ("x-own", "1")])
        let answer = try site.answer("/agents/counter/r?props=1", headers: forged, options: options)
        #expect(try site.run { try await answer?.text() } == "-")
        _ = try site.answer("/agents/counter/r", options: AgentRoutingOptions(props: ["userId": "v"]))
        _ = try site.answer("/agents/counter/s", headers: forged)
        #expect(site.tape.lines.filter { $0.hasPrefix("start ") } == [#"start r {"userId":"u"}"#, "start s none"])
    }

    @Test func `AG 89: getAgentByName starts the agent before it gives the stub; a name is known without it too`()
        throws
    {
        let site = try AgentSite()
        let state = try site.run { try await getAgentByName(site.bindings.counters, "a").getState() }
        #expect(state == Counter.State(count: 0))
        #expect(site.tape.lines.prefix(2) == ["start a none", "started a"])
        let names = try site.run {
            let counters = site.bindings.counters
            return [
                try await counters.get(counters.idFromName("b")).address(), try await counters.getByName("c").address(),
            ]
        }
        #expect(names == ["b", "c"])
        #expect(site.tape.count("start b none") == 0)
    }

    @Test func `getAgentByName gives props and throws what the start throws`() throws {
        let site = try AgentSite()
        site.tape.note("fail next start")
        #expect(throws: Failure.self) {
            try site.run { _ = try await getAgentByName(site.bindings.counters, "a", props: ["p": 1]) }
        }
        _ = try site.run { try await getAgentByName(site.bindings.counters, "a") }
        #expect(site.tape.count(#"start a {"p":1}"#) == 2)
    }

    @Test func `AG 90: the word of an upgrade is read in any case`() throws {
        let site = try AgentSite()
        #expect(try site.open("/agents/counter/r", headers: [("Upgrade", "WebSocket")]).texts.count == 3)
    }

    @Test func `AG 98: a client that comes again is seen by the others as nothing`() throws {
        let site = try AgentSite()
        let other = try site.connected("/agents/counter/r1?_pk=b")
        for _ in 0..<2 {
            let client = try site.connected("/agents/counter/r1?_pk=a")
            try client.socket.close(code: 1011, reason: "")
            try site.settle()
        }
        #expect(other.texts == [])
    }

    @Test func `AG 167, 168: a class's own fetch answers what it likes and leaves the rest, on the first event too`()
        throws
    {
        let site = try AgentSite()
        let own = try site.run {
            let shouters = site.bindings.shouters
            return try await shouters.fetch(shouters.idFromName("default"), Request("http://host/api/x")).text()
        }
        #expect(own == "own default")
        #expect(try site.open("/agents/shouter/default").texts.first?.contains(#""name":"default""#) == true)
    }
}
