import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

/// Frames that no client of the SDK sends: each is answered or the application's, and what follows is served.
@Suite struct HostileFrameTests {
    private static func call(_ method: String, _ arguments: String, id: String = "1") -> String {
        #"{"args":[\#(arguments)],"id":"\#(id)","method":"\#(method)","type":"rpc"}"#
    }

    private static func sum(_ value: Int, id: String = "1") -> String {
        #"{"done":true,"id":"\#(id)","result":\#(value),"success":true,"type":"rpc"}"#
    }

    @Test(arguments: [
        (call("add", "1,2", id: ""), sum(3, id: "")),
        (
            call("add", "1,2", id: String(repeating: "x", count: 1 << 20)),
            sum(3, id: String(repeating: "x", count: 1 << 20))
        ),
        (call("add", "1,2" + String(repeating: ",0", count: 100_000)), sum(3)),
        (call("add", "1.0,2"), sum(3)),
        (" \n" + call("add", "1,2") + "\t", sum(3)),
        (#"{"args":[0],"args":[1,2],"id":"0","id":"1","method":"x","method":"add","type":1,"type":"rpc"}"#, sum(3)),
        (
            call("echo", #""\ud800","\u0000""#),
            #"{"done":true,"id":"1","result":["\#u{FFFD}","\u0000"],"success":true,"type":"rpc"}"#
        ),
        (call("", ""), #"{"error":"Method  does not exist","id":"1","success":false,"type":"rpc"}"#),
    ])
    func `an odd call has its one answer`(frame: String, answer: String) throws {
        let client = try AgentSite().connected("/agents/case-sensitive/r")
        try client.send(frame)
        #expect(client.texts == [answer])
        #expect(try client.answers("add", "1,1") == [Self.sum(2)])
    }

    @Test(arguments: [
        call("getState", String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)),
        String(repeating: "[", count: 1 << 20), "\u{FEFF}" + call("getState", ""), call("getState", "") + "x",
        #"{"args":{"0":1},"id":"1","method":"getState","type":"rpc"}"#,
        #"{"type":"cf_agent_state","state":\#(String(repeating: "[", count: 600))\#(String(repeating: "]", count: 600))}"#,
        #"{"type":"cf_agent_identity","name":"evil","agent":"evil"}"#,
    ])
    func `what is no frame, or nested too deeply to be one, is the application's`(frame: String) throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r")
        try client.send(frame)
        #expect(client.texts == [])
        #expect(site.tape.lines.last == "message " + frame)
        #expect(try client.answers("getState").count == 1)
    }

    @Test func `ten thousand calls in one go are answered, each once and in order`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/case-sensitive/r")
        for number in 0..<10_000 { try client.socket.send(Self.call("add", "\(number),1", id: "\(number)")) }
        try site.settle()
        #expect(client.texts == (0..<10_000).map { Self.sum($0 + 1, id: "\($0)") })
    }

    @Test func `calls under one id are answered one by one`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/case-sensitive/r")
        for number in 0..<5 { try client.socket.send(Self.call("add", "\(number),1")) }
        try site.settle()
        #expect(client.texts == (1...5).map { Self.sum($0) })
    }

    @Test func `a readonly client that floods the agent with states is told of each, and nothing changes`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r?readonly=true")
        let other = try site.connected("/agents/counter/r")
        for count in 1...300 { try client.socket.send(#"{"type":"cf_agent_state","state":{"count":\#(count)}}"#) }
        try site.settle()
        let refusal = #"{"type":"cf_agent_state_error","error":"Connection is readonly"}"#
        #expect(client.texts == Array(repeating: refusal, count: 300))
        #expect(other.texts == [])
        #expect(try site.run { try await site.bindings.counters.getByName("r").getState() } == Counter.initialState)
    }

    @Test(arguments: [#""no""#, "null", "[]", "{}", #"{"count":"1"}"#, #"{"count":1.5}"#, #"{"count":1e999}"#])
    func `a state of another type is refused and changes nothing`(state: String) throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r")
        try client.send(#"{"type":"cf_agent_state","state":\#(state)}"#)
        #expect(client.texts == [#"{"type":"cf_agent_state_error","error":"State update rejected"}"#])
        #expect(try client.answers("getState").last?.contains(#""result":{"count":0}"#) == true)
    }
}
