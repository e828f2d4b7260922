import AgentClient
import AgentHost
import DurableActors
import DurableActorsTestKit
import Locks
import Testing

/// Clients and real agents in one simulated world.
@Suite struct InProcessTests {
    private final class Site: Sendable {
        let host: SimulatedHost<DurableObjectNamespace<BoardAgent>>
        private let lines = Mutex<[String]>([])

        init() throws {
            host = try SimulatedHost { runtime in
                let boards = try runtime.registerAgent(BoardAgent.self, binding: "BoardAgent", uniqueKey: "board")
                try runtime.start(environment: BoardAgent.Env())
                return boards
            }
        }

        var events: [String] { lines.withLock { $0 } }

        /// The way to agents by their addresses, and to one of them by a path of the application's.
        func transport() -> InProcessTransport {
            let (runtime, boards) = (host.door, host.bindings)
            return InProcessTransport(world: host.world.world) { request in
                if request.url.segments == ["user"] {
                    return try await getAgentByName(boards, "auth-user").fetch(request)
                }
                return try await runtime.routeAgentRequest(request) ?? Response("Not found", status: 404)
            }
        }

        func client(
            _ label: String = "A",
            agent: String = "BoardAgent",
            basePath: String? = nil,
            over transport: (any AgentTransport)? = nil
        ) throws -> AgentClient<Count> {
            let transport = transport ?? self.transport()
            var options = AgentClientOptions(host: "localhost:80", agent: agent)
            options.basePath = basePath
            options.reconnection.jitter = 0
            let client = AgentClient<Count>(options, transport: transport) { [weak self] event in
                let line: String? =
                    switch event {
                    case .identified(let identity): "\(identity.name) \(identity.agent)"
                    case .state(let state, let source): "\(state.count) \(source)"
                    case .stateRefused(let text): text
                    case .message(let message): "\(message)"
                    case .closed(let code, let reason, let wasClean): "\(code) \(reason) \(wasClean)"
                    case .attemptFailed(let text): text
                    default: nil
                    }
                if let line { self?.lines.withLock { $0.append("\(label): \(line)") } }
            }
            try host.settle()
            return client
        }
    }

    @Test func `AG 7, 8, 55: a client is told who the agent is and its state, and its calls are answered`() throws {
        let site = try Site()
        let client = try site.client()
        let sum = try site.host.run { () -> Int in
            try await client.ready()
            try await client.call("nothing")
            return try await client.call("add", 2, 3)
        }
        #expect(sum == 5)
        #expect(site.events == ["A: default board-agent", "A: 0 server"])
        #expect(throws: AgentClientError.failed("Größe ✓")) {
            try site.host.run { try await client.call("refuse", "Größe ✓") }
        }
    }

    @Test(arguments: ["user", "/user"])
    func `AG 18: a client of a path of the application's is told which agent it leads to`(path: String) throws {
        let site = try Site()
        let (client, other) = (try site.client(basePath: path), try site.client("B", basePath: path))
        #expect(site.events.prefix(2) == ["A: auth-user board-agent", "A: 0 server"])
        #expect(try site.host.run { try await client.call("add", 2, 3) } == 5)
        try client.setState(Count(count: 7))
        try site.host.settle()
        #expect(other.state == Count(count: 7))
    }

    @Test func `AG 93, 94: a cut is a loss at both ends, the call under way fails at once and still runs to its end`()
        throws
    {
        let site = try Site()
        let transport = CuttableTransport(site.transport())
        let client = try site.client(over: transport)
        let call = site.host.world.start { try await client.call("slowly") }
        try site.host.settle()
        transport.cut()
        try site.host.settle()
        #expect(call.failure(as: AgentClientError.self) == .connectionClosed)
        #expect(site.events.last == "A: 1006  false")
        try site.host.advance(by: .milliseconds(2900))
        #expect(site.events.last == "A: 1006  false")
        try site.host.advance(by: .milliseconds(100))
        #expect(site.events.suffix(3) == ["A: 1006  false", "A: default board-agent", "A: 0 server"])
        #expect(try site.host.run { try await client.call("ends", as: [String].self) } == ["1006 false", "done"])
    }

    @Test func `AG 35, 36: a state that one client sets comes to the other, and not back`() throws {
        let site = try Site()
        let (first, second) = (try site.client("A"), try site.client("B"))
        for count in 1...3 { try first.setState(Count(count: count)) }
        try site.host.settle()
        #expect(
            site.events.suffix(6) == ["A: 1 client", "A: 2 client", "A: 3 client"] + (1...3).map { "B: \($0) server" }
        )
        #expect(second.state == Count(count: 3))
        try first.setState(Count(count: -1))
        try site.host.settle()
        #expect(site.events.last == "A: State update rejected")
        #expect(first.state == Count(count: -1))
        #expect(second.state == Count(count: 3))
    }

    @Test func `AG 29: a call that changes the state is answered after the state has come`() throws {
        let site = try Site()
        let client = try site.client()
        let seen = try site.host.run { () -> [Int?] in
            let count: Int = try await client.call("increment")
            return [count, client.state?.count]
        }
        #expect(seen == [1, 1])
    }

    @Test func `a stream of an agent's comes chunk by chunk, and ends with its value or its error`() throws {
        let site = try Site()
        let client = try site.client()
        let (chunks, end) = try site.host.run { () -> ([Int], String?) in
            let stream = try client.stream("numbers", 3, of: Int.self)
            var chunks: [Int] = []
            for try await chunk in stream { chunks.append(chunk) }
            return (chunks, try stream.result())
        }
        #expect(chunks == [0, 1, 2])
        #expect(end == "all")
        #expect(throws: AgentClientError.failed("Stream failed")) {
            try site.host.run { for try await _ in try client.stream("numbers", 4, of: Int.self) {} }
        }
    }

    @Test func `text and bytes of the application go both ways`() throws {
        let site = try Site()
        let client = try site.client()
        try client.send(.text("hello"))
        try client.send(.binary([1, 2, 3]))
        try site.host.settle()
        #expect(site.events.suffix(2) == [#"A: text("echo hello")"#, "A: binary([3, 2, 1])"])
    }

    @Test func `a client of an agent that is reset comes back to the state that was durable`() throws {
        let site = try Site()
        let client = try site.client()
        #expect(try site.host.run { try await client.call("increment", as: Int.self) } == 1)
        try client.send(.text("reset"))
        try site.host.settle()
        #expect(site.events.last == "A: 1006  false")
        #expect(try site.host.run { try await client.call("increment", as: Int.self) } == 2)
        #expect(
            site.events.suffix(4) == ["A: 1006  false", "A: default board-agent", "A: 1 server", "A: 2 server"]
        )
    }

    @Test func `a client that an agent turns away stays away, others come back`() throws {
        let site = try Site()
        let client = try site.client()
        try client.send(.text("1008"))
        try site.host.advance(by: .seconds(20))
        #expect(site.events.last == "A: 1008 as you wish true")
        #expect(client.connectionError?.code == 1008)
        let other = try site.client("B")
        try other.send(.text("1001"))
        try site.host.advance(by: .seconds(4))
        #expect(site.events.suffix(3) == ["B: 1001 as you wish true", "B: default board-agent", "B: 0 server"])
    }

    @Test func `a refused upgrade is tried again`() throws {
        let site = try Site()
        let client = try site.client(agent: "Nobody")
        try site.host.advance(by: .seconds(4))
        #expect(site.events == ["A: The host answered 400", "A: The host answered 400"])
        client.close()
    }
}
