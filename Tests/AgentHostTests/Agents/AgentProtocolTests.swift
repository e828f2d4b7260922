import AgentHost
import DurableActors
import HostClient
import Testing

/// The agents' protocol over a real socket, frame by frame.
@Suite(.timeLimit(.minutes(1))) struct AgentProtocolTests {
    private static let mcp =
        #"{"mcp":{"prompts":[],"resources":[],"servers":{},"tools":[]},"type":"cf_agent_mcp_servers"}"#

    private func connected(_ host: LoopbackHost, _ path: String = "/agents/note-agent/room") throws -> WebSocketClient {
        let socket = try host.socket(path)
        for _ in 0..<3 { _ = try socket.receive() }
        return socket
    }

    private func host() throws -> LoopbackHost { try LoopbackHost(agent: NoteAgent.self, environment: .init()) }

    @Test func `AG 1: identity, state and MCP frames come over a socket in this order and with these bytes`()
        throws
    {
        let host = try host()
        let socket = try host.socket("/agents/note-agent/room")
        #expect(try socket.receive() == .text(#"{"name":"room","agent":"note-agent","type":"cf_agent_identity"}"#))
        #expect(try socket.receive() == .text(#"{"state":{"count":0},"type":"cf_agent_state"}"#))
        #expect(try socket.receive() == .text(Self.mcp))
        try socket.send("next")
        #expect(try socket.receive() == .text("echo next"))
    }

    @Test(arguments: [
        (
            #"{"args":[2,3],"id":"1","method":"add","type":"rpc"}"#,
            #"{"done":true,"id":"1","result":5,"success":true,"type":"rpc"}"#
        ),
        (
            #"{"args":["Ada"],"id":"2","method":"greet","type":"rpc"}"#,
            #"{"done":true,"id":"2","result":"hello Ada","success":true,"type":"rpc"}"#
        ),
        (
            #"{"args":["Ada","!"],"id":"3","method":"greet","type":"rpc"}"#,
            #"{"done":true,"id":"3","result":"hello Ada!","success":true,"type":"rpc"}"#
        ),
        (
            #"{"args":[],"id":"4","method":"nothing","type":"rpc"}"#,
            #"{"done":true,"id":"4","success":true,"type":"rpc"}"#
        ),
        (
            #"{"args":[],"id":"5","method":"null","type":"rpc"}"#,
            #"{"done":true,"id":"5","result":null,"success":true,"type":"rpc"}"#
        ),
        (
            #"{"args":[],"id":"6","method":"refuse","type":"rpc"}"#,
            #"{"error":"not today","id":"6","success":false,"type":"rpc"}"#
        ),
        (
            #"{"args":[],"id":"7","method":"setState","type":"rpc"}"#,
            #"{"error":"Method setState is not callable","id":"7","success":false,"type":"rpc"}"#
        ),
    ])
    func `AG 41, 42, 43: a call is answered in one frame with exactly these bytes`(call: String, answer: String) throws
    {
        let host = try host()
        let socket = try connected(host)
        try socket.send(call)
        #expect(try socket.receive() == .text(answer))
    }

    @Test func `an argument of a wrong type is refused with its position`() throws {
        let host = try host()
        let socket = try connected(host)
        try socket.send(#"{"args":["two",3],"id":"1","method":"add","type":"rpc"}"#)
        guard case .text(let text) = try socket.receive() else { return #expect(Bool(false), "no answer came") }
        #expect(text.hasPrefix(#"{"error":"Argument 0 is not a Int"#))
        #expect(text.hasSuffix(#""id":"1","success":false,"type":"rpc"}"#))
    }

    @Test func `AG 61, 62: what is not a frame of the protocol reaches onMessage as it was sent`() throws {
        let host = try host()
        let socket = try connected(host)
        for text in [
            "hello", "this is not json {{{", "{incomplete json", "null", "undefined", "", "{}", "[]", "[1]",
            #"{"type":"UNKNOWN"}"#, #"{"type":999}"#, #"{"type":null}"#, #"{"type":"rpc","method":"add","args":[]}"#,
            #"{"type":"rpc","id":"1","args":[]}"#, #"{"type":"rpc","id":"1","method":"add","args":null}"#,
            #"{"type":"rpc","id":"1","method":"add"}"#, #"{"type":"rpc","id":7,"method":"add","args":[]}"#,
        ] {
            try socket.send(text)
            #expect(try socket.receive() == .text("echo " + text))
        }
        try socket.send(#"{"args":[2,3],"id":"1","method":"add","type":"rpc"}"#)
        #expect(try socket.receive() == .text(#"{"done":true,"id":"1","result":5,"success":true,"type":"rpc"}"#))
    }

    @Test func `AG 27: a state set by the agent reaches every client, one set by a client all but that client`() throws
    {
        let host = try host()
        let first = try connected(host)
        let second = try connected(host)
        try first.send(#"{"args":[7],"id":"1","method":"count","type":"rpc"}"#)
        #expect(try second.receive() == .text(#"{"state":{"count":7},"type":"cf_agent_state"}"#))
        #expect(try first.receive() == .text(#"{"state":{"count":7},"type":"cf_agent_state"}"#))
        #expect(try first.receive() == .text(#"{"done":true,"id":"1","success":true,"type":"rpc"}"#))
        try first.send(#"{"state":{"count":8},"type":"cf_agent_state"}"#)
        #expect(try second.receive() == .text(#"{"state":{"count":8},"type":"cf_agent_state"}"#))
        try first.send("next")
        #expect(try first.receive() == .text("echo next"))
    }

    @Test(arguments: [#"{"state":{"count":-1},"type":"cf_agent_state"}"#, #"{"state":5,"type":"cf_agent_state"}"#])
    func `a state that is refused or malformed is answered with an error and changes nothing`(frame: String) throws {
        let host = try host()
        let socket = try connected(host)
        try socket.send(frame)
        #expect(try socket.receive() == .text(#"{"type":"cf_agent_state_error","error":"State update rejected"}"#))
        let other = try host.socket("/agents/note-agent/room")
        _ = try other.receive()
        #expect(try other.receive() == .text(#"{"state":{"count":0},"type":"cf_agent_state"}"#))
    }

    @Test func `a hook that throws on connect gives an error frame and close code 1011 on an open socket`() throws {
        let host = try host()
        let socket = try host.socket("/agents/note-agent/room?fail=1")
        #expect(try socket.receive() == .text(#"{"error":"no entry"}"#))
        #expect(
            try socket.receive() == .closed(code: 1011, reason: "Uncaught exception during session setup")
        )
    }

    @Test func `a program turns a client away on an open socket, with a frame and a close code`() throws {
        let host = try LoopbackHost { _ in
            { request in
                let pair = WebSocketPair()
                try pair.server.accept()
                try pair.server.accept()
                try pair.server.send(#"{"error":"unknown"}"#)
                try pair.server.close(code: 1008, reason: "No such agent")
                return Response(status: 101, webSocket: pair.client)
            }
        }
        for _ in 0..<8 {
            let socket = try host.socket("/agents/note-agent/room")
            try socket.send("heard by nobody")
            #expect(try socket.receive() == .text(#"{"error":"unknown"}"#))
            #expect(try socket.receive() == .closed(code: 1008, reason: "No such agent"))
            try socket.close(code: 1008)
            #expect(try socket.receive() == .lost)
        }
    }

    @Test func `a close frame is answered with its own code, and an agent's close reaches the client`() throws {
        let host = try host()
        let leaving = try connected(host)
        try leaving.close(code: 3000, reason: "bye")
        #expect(try leaving.receive() == .closed(code: 3000, reason: "bye"))
        let dismissed = try connected(host)
        try dismissed.send("close me")
        #expect(try dismissed.receive() == .closed(code: 4001, reason: "as you wish"))
    }

    @Test func `HTTP reaches the agent of the path, and other paths do not`() throws {
        let host = try host()
        let http = try host.http()
        #expect(try http.request("POST", "/agents/note-agent/a", body: Array("text".utf8)).text == "a POST text")
        #expect(try http.request("GET", "//agents/note-agent/b").text == "b GET ")
        #expect(try http.request("GET", "/agents/unknown/b").status == 400)
        #expect(try http.request("GET", "/agents/note-agent").status == 404)
    }

    @Test(arguments: [
        ("TaskAgent", "task-agent"), ("taskAgent", "task-agent"), ("task_agent", "task-agent"),
        ("TASK_AGENT", "task-agent"), ("AIAssistant", "a-i-assistant"), ("HTTPServer", "h-t-t-p-server"),
        ("My_Agent", "my--agent"), ("My_Agent_", "my--agent"), ("_Foo", "--foo"), ("A1B", "a1b"),
        ("agent2B", "agent2-b"), ("A_B", "a-b"), ("Sub", "sub"), ("SUB", "sub"), ("Sub_", "sub"),
        ("EXECUTE_TASK", "execute-task"), ("X", "x"), ("123", "123"),
    ])
    func `names take the kebab form that the JavaScript client makes`(name: String, kebab: String) {
        #expect(KebabCase.convert(name) == kebab)
    }
}
