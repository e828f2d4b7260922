import AgentClient
import DurableActors
import DurableActorsTestKit
import Testing

/// What a client makes of what comes.
@Suite struct FrameTests {
    @Test func `a state that is set is the client's own at once, and one that comes replaces it`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        #expect(site.client.state == nil)
        try site.client.setState(Count(count: 7))
        #expect(site.client.state == Count(count: 7))
        #expect(link.texts == [#"{"state":{"count":7},"type":"cf_agent_state"}"#])
        link.tell(#"{"state":{"count":8},"type":"cf_agent_state"}"#)
        #expect(site.client.state == Count(count: 8))
        #expect(site.events.suffix(2) == ["state 7 client", "state 8 server"])
    }

    @Test func `AG 37: a refused state is told and stays as it was set`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        try site.client.setState(Count(count: -1))
        link.tell(#"{"type":"cf_agent_state_error","error":"State update rejected"}"#)
        #expect(site.client.state == Count(count: -1))
        #expect(site.events.last == "refused state: State update rejected")
    }

    @Test func `a state of another type is told and changes nothing`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        link.tell(#"{"state":{"count":1},"type":"cf_agent_state"}"#)
        link.tell(#"{"state":"none","type":"cf_agent_state"}"#)
        #expect(site.client.state == Count(count: 1))
        #expect(site.events.last?.hasPrefix("warning A state is not a Count") == true)
    }

    @Test(arguments: ["hello", "", "null", "[1]", #"{"type":"progress"}"#, #"{"type":7}"#, #"{"error":"stack"}"#])
    func `what is not of the protocol is the owner's, as it came`(text: String) throws {
        let site = try ClientSite()
        try site.opened().tell(text)
        #expect(site.events.last == "text \(text)")
    }

    @Test func `another identity on a later connection is told`() throws {
        let site = try ClientSite()
        try site.opened().end(1011)
        try site.advance(3000)
        try site.transport.link().open(name: "hall")
        #expect(site.events.suffix(2) == ["changed room to hall", "identified hall counter"])
        #expect(site.client.identity?.name == "hall")
        #expect(site.client.identity?.agent == "counter")
    }

    @Test func `frames of the protocol that are not understood or concern tools are passed over`() throws {
        let site = try ClientSite()
        let link = try site.opened()
        for text in [
            #"{"mcp":{},"type":"cf_agent_mcp_servers"}"#, #"{"type":"cf_agent_state"}"#, #"{"type":"rpc"}"#,
            #"{"type":"cf_agent_identity"}"#,
        ] { link.tell(text) }
        #expect(site.events == ["opened", "identified room counter"])
    }
}
