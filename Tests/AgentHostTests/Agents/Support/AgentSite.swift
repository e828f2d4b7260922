import AgentHost
import DurableActors
import DurableActorsTestKit

/// A host in a simulated world with the agents under test, which clients reach by their addresses.
final class AgentSite: Sendable {
    struct Bindings: Sendable {
        let counters: DurableObjectNamespace<Counter>
        let callees: DurableObjectNamespace<Callee>
        let plains: DurableObjectNamespace<Plain>
        let shouters: DurableObjectNamespace<Shouter>
        let keepers: DurableObjectNamespace<Keeper>
        let generators: DurableObjectNamespace<CodeGeneratorAgent>
    }

    static let mcp = #"{"mcp":{"prompts":[],"resources":[],"servers":{},"tools":[]},"type":"cf_agent_mcp_servers"}"#

    let tape: Tape
    /// What the runtime has logged.
    let log: Tape
    let host: SimulatedHost<Bindings>

    init(seed: UInt64 = 1) throws {
        let tape = Tape()
        let log = Tape()
        self.tape = tape
        self.log = log
        host = try SimulatedHost(seed: seed, log: EventLog { log.note($0) }) { runtime in
            let bindings = Bindings(
                counters: try runtime.registerAgent(Counter.self, binding: "Counter", uniqueKey: "counter"),
                callees: try runtime.registerAgent(Callee.self, binding: "CASE_SENSITIVE", uniqueKey: "callee"),
                plains: try runtime.registerAgent(Plain.self, binding: "PlainObject", uniqueKey: "plain"),
                shouters: try runtime.registerAgent(Shouter.self, binding: "Shouter", uniqueKey: "shouter"),
                keepers: try runtime.registerAgent(Keeper.self, binding: "Keeper", uniqueKey: "keeper"),
                generators: try runtime.registerAgent(
                    CodeGeneratorAgent.self,
                    binding: "CodeGenObject",
                    uniqueKey: "generator"
                )
            )
            runtime.observeAgents(tape)
            try runtime.start(environment: tape)
            return bindings
        }
    }

    var bindings: Bindings { host.bindings }

    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
        try host.run("run", body)
    }

    func settle() throws { try host.settle() }

    /// Opens a socket as a client does, by its address.
    func open(_ path: String, headers: [(String, String)] = []) throws -> TestSocket {
        let headers = Headers(headers + (headers.contains { $0.0 == "Upgrade" } ? [] : [("Upgrade", "websocket")]))
        let response = try answer(path, headers: headers)
        guard response?.status == 101, let socket = response?.webSocket else {
            throw Failure("\(response?.status ?? 0) without a socket")
        }
        let client = TestSocket(socket)
        try settle()
        return client
    }

    /// Opens a socket and takes what it has been sent as read.
    func connected(_ path: String) throws -> Client { Client(try open(path), self) }

    func answer(
        _ path: String,
        method: String = "GET",
        headers: Headers = Headers(),
        body: [UInt8]? = nil,
        options: AgentRoutingOptions = AgentRoutingOptions()
    ) throws -> Response? {
        let request = Request("http://host" + path, method: method, headers: headers, body: body.map { .bytes($0) })
        return try run { try await self.host.door.routeAgentRequest(request, options: options) }
    }

    func text(_ path: String, headers: [(String, String)] = []) throws -> String {
        let response = try answer(path, headers: Headers(headers))
        return try run { try await response?.text() ?? "none" }
    }

    /// A client past the frames that it got when it connected.
    struct Client {
        let socket: TestSocket
        private let site: AgentSite
        private let greeting: Int

        init(_ socket: TestSocket, _ site: AgentSite) {
            self.socket = socket
            self.site = site
            greeting = socket.texts.count
        }

        /// What has come since it connected.
        var texts: [String] { Array(socket.texts.dropFirst(greeting)) }

        func send(_ text: String) throws {
            try socket.send(text)
            try site.settle()
        }

        func call(_ method: String, _ arguments: String = "", id: String = "1") throws {
            try send(#"{"args":[\#(arguments)],"id":"\#(id)","method":"\#(method)","type":"rpc"}"#)
        }

        /// The answers to one call, as they are.
        func answers(_ method: String, _ arguments: String = "", id: String = "1") throws -> [String] {
            let before = texts.count
            try call(method, arguments, id: id)
            return Array(texts.dropFirst(before))
        }
    }
}
