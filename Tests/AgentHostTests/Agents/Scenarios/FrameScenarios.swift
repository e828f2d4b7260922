import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct FrameScenarios {
    private static let alive = #"{"done":true,"id":"1","result":{"count":0},"success":true,"type":"rpc"}"#

    @Test(arguments: [
        "this is not json {{{", "{incomplete json", "null", "undefined", "", "{}", "[]", #"{"type":"UNKNOWN"}"#,
        #"{"type":999}"#, #"{"type":null}"#,
    ])
    func `AG 61: what is no frame of the protocol reaches onMessage as it was sent`(text: String) throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r1")
        try client.send(text)
        #expect(site.tape.lines.last == "message " + text)
        #expect(client.texts == [])
        #expect(try client.answers("getState") == [Self.alive])
    }

    @Test(arguments: [
        #"{"type":"rpc","method":"getState","args":[]}"#, #"{"type":"rpc","id":"1","args":[]}"#,
        #"{"type":"rpc","id":"1","method":"getState","args":null}"#, #"{"type":"rpc","id":"1","method":"getState"}"#,
        #"{"type":"rpc","id":7,"method":"getState","args":[]}"#,
    ])
    func `AG 62: a call that lacks something reaches onMessage`(text: String) throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r1")
        try client.send(text)
        #expect(site.tape.lines.last == "message " + text)
        #expect(client.texts == [])
        #expect(try client.answers("getState") == [Self.alive])
    }

    @Test func `AG 63: members that a call has beside its own are ignored`() throws {
        let client = try AgentSite().connected("/agents/counter/r1")
        try client.send(#"{"x":[1],"type":"rpc","id":"1","method":"getState","args":[],"y":null}"#)
        #expect(client.texts == [Self.alive])
    }

    @Test func `AG 64: a state frame without a state reaches onMessage, one with null is a state`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r1")
        try client.send(#"{"type":"cf_agent_state"}"#)
        #expect(site.tape.lines.last == #"message {"type":"cf_agent_state"}"#)
        let plain = try site.connected("/agents/plain-object/p")
        let other = try site.connected("/agents/plain-object/p")
        try plain.send(#"{"type":"cf_agent_state","state":null}"#)
        #expect(other.texts == [#"{"state":null,"type":"cf_agent_state"}"#])
        #expect(try site.open("/agents/plain-object/p").texts.first == #"{"state":null,"type":"cf_agent_state"}"#)
    }

    @Test func `AG 65: bytes reach onMessage though they spell a call`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r1")
        let call = Array(#"{"type":"rpc","id":"1","method":"getState","args":[]}"#.utf8)
        try client.socket.send([1, 2, 3, 4, 5])
        try client.socket.send(call)
        try site.settle()
        #expect(site.tape.lines.suffix(2) == ["bytes [1, 2, 3, 4, 5]", "bytes \(call)"])
        #expect(client.texts == [])
    }

    @Test func `AG 66: what onMessage throws goes to onError with the connection, which stays open`() throws {
        let site = try AgentSite()
        let client = try site.connected("/agents/counter/r1")
        try client.send("throw")
        #expect(site.tape.lines.last == "error no message of a connection")
        #expect(client.socket.end == nil)
        #expect(try client.answers("getState") == [Self.alive])
    }
}
