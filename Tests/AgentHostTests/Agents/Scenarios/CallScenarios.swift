import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct CallScenarios {
    private static let path = "/agents/case-sensitive/r?_pk=me"

    private func result(_ value: String, id: String = "1") -> String {
        #"{"done":true,"id":"\#(id)","result":\#(value),"success":true,"type":"rpc"}"#
    }
    private func failure(_ text: String, id: String = "1") -> String {
        #"{"error":"\#(text)","id":"\#(id)","success":false,"type":"rpc"}"#
    }
    private func chunk(_ value: String) -> String {
        #"{"done":false,"id":"1","result":\#(value),"success":true,"type":"rpc"}"#
    }

    private func answers(_ method: String, _ arguments: String = "") throws -> [String] {
        try AgentSite().connected(Self.path).answers(method, arguments)
    }

    @Test func `AG 41: a call is answered with its result`() throws {
        #expect(try answers("add", "2,3") == [result("5")])
    }

    @Test func `AG 42: nothing and null are told apart`() throws {
        #expect(try answers("voidMethod") == [#"{"done":true,"id":"1","success":true,"type":"rpc"}"#])
        #expect(try answers("returnNull") == [result("null")])
    }

    @Test func `AG 43, 60: a thrown text comes as it is`() throws {
        #expect(try answers("throwError", #""x""#) == [failure("x")])
        #expect(try answers("throwError", #""Größe ✓""#) == [failure("Größe ✓")])
    }

    @Test(arguments: ["nope", "state", "name", "env", "mcp", "__proto__"])
    func `AG 44: a method that is not known does not exist`(method: String) throws {
        #expect(try answers(method) == [failure("Method \(method) does not exist")])
    }

    @Test(arguments: [
        "privateMethod", "constructor", "toString", "setState", "sql", "destroy", "_workflow_broadcast", "valueOf",
        "webSocketMessage", "runFiber", "subAgent", "onEmail", "addMcpServer", "_cf_scheduleDestroy",
    ])
    func `AG 44: a method that is known and not listed is not callable`(method: String) throws {
        #expect(try answers(method) == [failure("Method \(method) is not callable")])
    }

    @Test func `AG 45: calls overlap, and the shorter answers first`() throws {
        let site = try AgentSite()
        let client = try site.connected(Self.path)
        try client.call("asyncMethod", "200", id: "long")
        try client.call("asyncMethod", "10", id: "short")
        try site.host.advance(by: .milliseconds(10))
        #expect(client.texts == [result(#""done""#, id: "short")])
        try site.host.advance(by: .milliseconds(190))
        #expect(client.texts.last == result(#""done""#, id: "long"))
    }

    @Test func `AG 46: each call of a burst is answered under its id`() throws {
        let site = try AgentSite()
        let client = try site.connected(Self.path)
        for number in 0..<10 {
            try client.socket.send(#"{"type":"rpc","id":"\#(number)","method":"add","args":[\#(number),1]}"#)
        }
        try site.settle()
        #expect(client.texts == (0..<10).map { result("\($0 + 1)", id: "\($0)") })
    }

    @Test func `AG 47: arguments come as they are, absent ones are absent`() throws {
        let arguments = #"{"a":[1,{"b":null}]},[]"#
        #expect(try answers("echo", arguments) == [result("[\(arguments)]")])
        #expect(try answers("optionals") == [result("true")])
        #expect(try answers("add", "2,3,4") == [result("5")])
    }

    @Test func `an argument of another type is refused with its place`() throws {
        let answer = try answers("add", #""two",3"#)
        #expect(answer.first?.hasPrefix(#"{"error":"Argument 0 is not a Int"#) == true)
        #expect(try answers("add", "2").first?.hasPrefix(#"{"error":"Argument 1 is not a Int"#) == true)
    }

    @Test func `a result nested as deep as a frame may be comes whole`() throws {
        #expect(
            try answers("nest", "511") == [
                result(String(repeating: "[", count: 511) + "null" + String(repeating: "]", count: 511))
            ]
        )
    }

    @Test(arguments: [512, 513, 2000])
    func `a result that is nested too deeply for its frame is the encoder's error`(depth: Int) throws {
        let answer = try answers("nest", "\(depth)")
        #expect(answer.count == 1)
        #expect(answer.first?.hasSuffix(#""id":"1","success":false,"type":"rpc"}"#) == true)
    }

    @Test func `AG 48: a stream comes in pieces and ends with its last value`() throws {
        #expect(try answers("streamNumbers", "3") == [chunk("0"), chunk("1"), chunk("2"), result("3")])
    }

    @Test func `AG 49: pieces come when they are sent`() throws {
        let site = try AgentSite()
        let client = try site.connected(Self.path)
        try client.call("streamSlowly")
        #expect(client.texts == [])
        try site.host.advance(by: .milliseconds(100))
        #expect(client.texts == [chunk(#""a""#)])
        try site.host.advance(by: .milliseconds(100))
        #expect(client.texts.dropFirst() == [chunk(#""b""#), #"{"done":true,"id":"1","success":true,"type":"rpc"}"#])
    }

    @Test func `AG 50, 51: a stream that throws ends with the error`() throws {
        #expect(try answers("streamError") == [chunk(#""chunk1""#), failure("Stream failed")])
        #expect(try answers("throwAtOnce") == [failure("At once")])
    }

    @Test func `AG 52: an answer that has ended takes nothing more`() throws {
        let site = try AgentSite()
        let client = try site.connected(Self.path)
        #expect(try client.answers("endTwice") == [chunk(#""chunk1""#), failure("First close")])
        #expect(site.tape.lines == ["true false false", "closed true"])
    }

    @Test func `a stream whose last value is no JSON ends with the encoder's error`() throws {
        let site = try AgentSite()
        let answers = try site.connected(Self.path).answers("endDeep")
        #expect(answers.count == 1)
        #expect(answers.first?.hasSuffix(#""id":"1","success":false,"type":"rpc"}"#) == true)
        #expect(site.tape.lines == ["false false true"])
    }

    @Test func `AG 53: an answer to a client that has gone is dropped`() throws {
        let site = try AgentSite()
        let client = try site.connected(Self.path)
        try client.call("asyncMethod", "25")
        try client.call("delayedThrow", "25", id: "2")
        try client.call("streamSlowly", id: "3")
        try client.socket.close(code: 1000, reason: "")
        try site.host.advance(by: .milliseconds(300))
        #expect(client.texts == [])
        #expect(site.tape.lines == ["thrown", "sent a false", "sent b false", "ended false"])
        #expect(site.log.lines == [])
        #expect(try site.connected(Self.path).answers("add", "1,1") == [result("2")])
    }

    @Test func `AG 54: what clients may call is listed, and what is not listed is not`() throws {
        let site = try AgentSite()
        let methods = try site.run {
            try await runInDurableObject(site.bindings.callees.getByName("r")) { callee, _ in
                callee.getCallableMethods()
            }
        }
        #expect(methods["add"]?.description == nil)
        #expect(methods["add"]?.streaming == false)
        #expect(methods["streamNumbers"]?.description == "Counts.")
        #expect(methods["streamNumbers"]?.streaming == true)
        #expect(methods["privateMethod"] == nil)
        #expect(methods.count == 16)
    }

    @Test func `AG 59: a method called by a client knows the agent and the connection`() throws {
        let site = try AgentSite()
        #expect(try site.connected(Self.path).answers("whoAmI") == [result(#"["true","me","no request"]"#)])
        let byStub = try site.run { try await site.bindings.callees.getByName("r").whoAmI() }
        #expect(byStub == ["true", "no connection", "no request"])
        #expect(getCurrentAgent() == nil)
    }

    @Test func `AG 161: opening, calling and leaving are told with the agent's class and name`() throws {
        let site = try AgentSite()
        let client = try site.connected(Self.path)
        try client.call("add", "1,2")
        try client.call("streamNumbers", "0")
        try client.socket.close(code: 1000, reason: "bye")
        try site.settle()
        #expect(site.tape.events.map(\.type) == ["connect", "rpc", "rpc", "disconnect"])
        #expect(site.tape.events("connect") == [["connectionId": "me"]])
        #expect(site.tape.events("rpc") == [["method": "add"], ["method": "streamNumbers", "streaming": true]])
        #expect(site.tape.events("disconnect") == [["connectionId": "me", "code": 1000, "reason": "bye"]])
        #expect(site.tape.events.allSatisfy { $0.agent == "Callee" && $0.name == "r" })
        #expect(
            site.tape.events.map(\.channel) == ["agents:lifecycle", "agents:rpc", "agents:rpc", "agents:lifecycle"]
        )
    }

    @Test func `AG 162: a failed call and each new state are told`() throws {
        let site = try AgentSite()
        try site.connected(Self.path).call("privateMethod")
        let error: JSONValue = ["method": "privateMethod", "error": "Method privateMethod is not callable"]
        #expect(site.tape.events("rpc:error") == [error])
        let counter = try site.connected("/agents/counter/r1")
        site.tape.clear()
        try counter.call("set", "1")
        try counter.call("set", "2")
        try counter.call("set", "-1")
        #expect(site.tape.events("state:update") == [[:], [:]])
    }
}
