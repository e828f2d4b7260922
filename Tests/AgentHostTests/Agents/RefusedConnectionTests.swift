import AgentHost
import DurableActors
import DurableActorsTestKit
import Testing

@Suite struct RefusedConnectionTests {
    @Test func `a connection that could not be set up is not among the agent's connections`() throws {
        let host = try SimulatedHost { runtime in
            let agents = try runtime.registerAgent(NoteAgent.self, binding: "NOTE", uniqueKey: "note")
            try runtime.start(environment: NoteAgent.Env())
            return agents
        }
        let socket = try host.run {
            let agent = host.bindings.getByName("one")
            return try await TestSocket.connect(to: agent, "http://x/agents/note-agent/one?fail=1")
        }
        #expect(socket.texts == [#"{"error":"no entry"}"#])
        #expect(socket.end == .closed(code: 1011, reason: "Uncaught exception during session setup"))
        let counts = try host.run {
            try await runInDurableObject(host.bindings.getByName("one")) { agent, ctx in
                [try agent.getConnections().count, try ctx.getWebSockets().count]
            }
        }
        #expect(counts == [0, 0])
    }
}
