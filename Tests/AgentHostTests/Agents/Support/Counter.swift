import AgentHost
import Distributed
import DurableActors

/// An agent with a state, whose hooks write down what they are told; what it does besides is asked for in the query.
distributed actor Counter: Agent {
    struct State: Codable, Sendable, Equatable {
        var count: Int
    }

    static var initialState: State { State(count: 0) }

    static var callables: [Callable<Counter>] {
        [
            Callable("increment") { try await $0.increment() },
            Callable("getState") { try await $0.getState() },
            Callable("set") { try await $0.set($1) },
        ]
    }

    let ctx: DurableObjectState
    let tape: Tape

    init(ctx: DurableObjectState, env: Tape) {
        self.ctx = ctx
        tape = env
        actorSystem = ctx.actorSystem
    }

    distributed func increment() throws -> Int {
        try setState(State(count: try state.count + 1))
        return try state.count
    }
    distributed func getState() throws -> State { try state }
    distributed func set(_ count: Int) throws { try setState(State(count: count)) }
    distributed func address() -> String { name }
    distributed func connectionIds(tag: String?) throws -> [String] { try getConnections(tag: tag).map(\.id) }
    distributed func connectionTags() throws -> [[String]] { try getConnections().map(\.tags) }
    distributed func connectionStates() throws -> [JSONValue?] { try getConnections().map(\.state) }
    distributed func setReadonly(_ readonly: Bool) throws {
        for connection in try getConnections() { try setConnectionReadonly(connection, readonly) }
    }
    distributed func flags() throws -> [Bool] {
        try getConnections().flatMap { [isConnectionReadonly($0), isConnectionProtocolEnabled($0)] }
    }
    distributed func keepWithConnections() throws {
        for connection in try getConnections() {
            try connection.setState(["a": 1, "_cf_readonly": false])
            try connection.setState { state in
                var state = state
                state?["b"] = 2
                return state
            }
        }
    }

    func onStart(_ props: JSONValue?) async throws {
        tape.note("start \(name) \(props?.description ?? "none")")
        if tape.count("fail next start") > tape.count("failed start") {
            tape.note("failed start")
            throw Failure("not yet")
        }
        try await ctx.sleep(milliseconds: 100)
        tape.note("started \(name)")
    }

    func onRequest(_ request: Request) async throws -> Response {
        tape.note("request \(request.method) \(request.url) \(getCurrentAgent()?.request?.method ?? "no request")")
        if request.url.searchParameter("throw") != nil { throw Failure("boom") }
        if request.url.searchParameter("props") != nil {
            return Response(request.headers.get("x-partykit-props") ?? "-")
        }
        if let header = request.url.searchParameter("header") { return Response(request.headers.get(header) ?? "-") }
        return Response("\(request.method) \(request.url) ", headers: request.headers)
    }

    func getConnectionTags(_ connection: Connection, _ context: ConnectionContext) async throws -> [String] {
        if context.request.url.searchParameter("slow") == "tags" { try await ctx.sleep(milliseconds: 50) }
        return context.request.url.searchParameter("tags")?.split(separator: ",").map(String.init) ?? []
    }

    func shouldConnectionBeReadonly(_ connection: Connection, _ context: ConnectionContext) -> Bool {
        context.request.url.searchParameter("readonly") == "true"
    }

    func shouldSendProtocolMessages(_ connection: Connection, _ context: ConnectionContext) -> Bool {
        context.request.url.searchParameter("silent") != "true"
    }

    func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws {
        let request = context.request
        tape.note("connect \(request.url.pathname) \(request.headers.get("x-added") ?? "-")")
        if request.url.searchParameter("fail") != nil { throw Failure("nope") }
        if request.url.searchParameter("slow") == "1" {
            try await ctx.sleep(milliseconds: 50)
            try connection.setState(["tagged": true])
        }
    }

    func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws {
        switch message {
        case .text("throw"): throw Failure("no message")
        case .text("tagged?"): try connection.send("tagged \(connection.state?["tagged"] == true)")
        case .text(let text): tape.note("message " + text)
        case .binary(let bytes): tape.note("bytes \(bytes)")
        }
    }

    func onClose(_ connection: Connection, code: Int, reason: String, wasClean: Bool) async throws {
        tape.note("close \(code) '\(reason)' \(wasClean)")
    }

    func onError(_ error: any Error) async throws {
        tape.note("error \(error)")
        throw error
    }

    func onError(_ connection: Connection, _ error: any Error) async throws {
        tape.note("error \(error) of a connection")
        throw error
    }

    func validateStateChange(_ state: State, _ source: StateSource) throws {
        if state.count < 0 { throw Failure("negative") }
    }

    func onStateChanged(_ state: State, _ source: StateSource) async throws {
        switch source {
        case .server: tape.note("changed \(state.count) server \(getCurrentAgent()?.connection?.id ?? "-")")
        case .connection(let connection): tape.note("changed \(state.count) \(connection.id)")
        }
        if state.count == 13 { throw Failure("unlucky") }
    }
}
