import AgentHost
import Distributed
import DurableActors
import DurableActorsTestKit
import Testing

/// An agent whose first entries meet a trouble of the runtime.
distributed actor Troubled: Agent {
    let ctx: DurableObjectState
    let tape: Tape

    init(ctx: DurableObjectState, env: Tape) {
        self.ctx = ctx
        tape = env
        actorSystem = ctx.actorSystem
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        let text = try await request.text()
        tape.note("try \(ctx.now) \(text)")
        if tape.lines.count <= Int(request.url.searchParameter("failures") ?? "") ?? 0 {
            throw DurableObjectError(
                .disconnected,
                "lost",
                retryable: true,
                overloaded: request.url.searchParameter("overloaded") != nil
            )
        }
        return Response("at last " + text)
    }
}

@Suite struct RoutingRetryTests {
    private func tries(
        _ query: String,
        _ options: AgentRoutingOptions = .init()
    ) throws -> (count: Int, isAnswered: Bool) {
        let tape = Tape()
        let host = try SimulatedHost { runtime in
            _ = try runtime.registerAgent(Troubled.self, binding: "Troubled", uniqueKey: "troubled")
            try runtime.start(environment: tape)
        }
        let isAnswered = try host.run {
            let body = Body.bytes(Array("body".utf8))
            let request = Request("http://h/agents/troubled/t?\(query)", method: "POST", body: body)
            do {
                return try await host.door.routeAgentRequest(request, options: options)?.text() == "at last body"
            } catch {
                return false
            }
        }
        return (tape.lines.count, isAnswered)
    }

    @Test func `a passing trouble of the runtime is tried again three times, with the same request`() throws {
        #expect(try tries("failures=3") == (4, true))
        #expect(try tries("failures=4") == (4, false))
    }

    @Test func `too much to do is not tried again, nor anything where that is not wanted`() throws {
        #expect(try tries("failures=1&overloaded=1") == (1, false))
        #expect(try tries("failures=1", AgentRoutingOptions(routingRetry: false)) == (1, false))
    }
}
