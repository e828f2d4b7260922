import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

/// Ids that clients choose, tags that are theirs, and states that change while a client is let in.
@Suite struct ConnectionIdScenarios {
    private let site: AgentSite

    init() throws { site = try AgentSite() }

    private func state(_ count: Int) -> String { #"{"state":{"count":\#(count)},"type":"cf_agent_state"}"# }

    @Test func `two connections of one id are told apart by nobody`() throws {
        let first = try site.connected("/agents/counter/r1?_pk=a")
        let second = try site.connected("/agents/counter/r1?_pk=a")
        let other = try site.connected("/agents/counter/r1?_pk=b")
        let found = try site.run {
            try await runInDurableObject(self.site.bindings.counters.getByName("r1")) { counter, _ in
                ["a", "b", "c"].map { id in
                    do {
                        return try counter.getConnection(id)?.id ?? "none"
                    } catch {
                        return "\(error)"
                    }
                }
            }
        }
        let several = "More than one connection found for id a. Did you mean to use getConnections(tag) instead?"
        #expect(found == [several, "b", "none"])
        try first.send(#"{"type":"cf_agent_state","state":{"count":1}}"#)
        #expect(first.texts == [])
        #expect(second.texts == [])
        #expect(other.texts == [state(1)])
    }

    @Test func `an id among the tags counts once, and is bound like a tag`() throws {
        _ = try site.connected("/agents/counter/r1?_pk=a&tags=a,1,2,3,4,5,6,7,8,9")
        let tags = try site.run { try await self.site.bindings.counters.getByName("r1").connectionTags() }
        #expect(tags == [["a", "1", "2", "3", "4", "5", "6", "7", "8", "9"]])
        let refused = try site.open("/agents/counter/r1?_pk=" + String(repeating: "x", count: 257))
        #expect(refused.texts == [#"{"error":"A connection tag must not exceed 256 characters"}"#])
        #expect(refused.end == .closed(code: 1011, reason: "Uncaught exception during session setup"))
    }

    @Test func `a state that changes while a client's tags are looked up is the one it is told`() throws {
        let site = site
        let other = try site.connected("/agents/counter/r1")
        let connecting = site.host.world.start {
            let request = Request("http://host/agents/counter/r1?slow=tags", headers: ["Upgrade": "websocket"])
            return TestSocket(try #require(try await site.host.runtime.routeAgentRequest(request)?.webSocket))
        }
        try site.settle()
        try site.host.run(advancesTime: false) { try await site.bindings.counters.getByName("r1").set(5) }
        try site.host.advance(by: .milliseconds(50))
        let socket = try #require(try connecting.result?.get())
        try site.settle()
        #expect(socket.texts.dropFirst() == [state(5), AgentSite.mcp])
        #expect(other.texts == [state(5)])
    }
}
