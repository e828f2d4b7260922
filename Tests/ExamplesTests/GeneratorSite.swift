import AgentHost
import DurableActors
import DurableActorsTestKit
import Locks
import Testing

@testable import Examples

/// A code generator in a simulated world, with a model that writes ten files of twenty pieces.
final class GeneratorSite: Sendable {
    static let files = (0..<10).map { "src/\($0).ts" }
    static let pieces = (0..<20).map { "line \($0) ü\n" }

    let host: SimulatedHost<GeneratorDoor>
    let model: ScriptedModel

    init(script: @escaping @Sendable (String) -> [String] = { GeneratorSite.script($0) }) throws {
        let model = ScriptedModel(milliseconds: 300, script)
        self.model = model
        host = try SimulatedHost { runtime in
            let agents = try runtime.registerAgent(
                CodeGeneratorAgent.self,
                binding: "CodeGenObject",
                uniqueKey: "code-generator",
                environment: GeneratorEnv(model: model)
            )
            try runtime.start(environment: NoEnv())
            return GeneratorDoor(agents: agents, world: runtime.world)
        }
        model.enter(host.world)
    }

    static func script(_ prompt: String) -> [String] {
        prompt.hasPrefix("blueprint") ? ["A clock\nsrc/", "0.ts"] + files.dropFirst().map { "\n\($0)" } : pieces
    }

    func agent(_ id: String) -> CodeGeneratorAgent { host.bindings.agents.getByName(id) }

    func fetch(_ path: String, _ method: String = "GET", _ body: String? = nil) throws -> Response {
        let door = host.bindings
        return try host.run {
            try await door.fetch(
                Request("http://host\(path)", method: method, body: body.map { .bytes(Array($0.utf8)) })
            )
        }
    }

    /// A project with its blueprint.
    func begun() throws -> String {
        let response = try fetch("/api/agent", "POST", #"{"query":"a clock"}"#)
        let lines = try host.run { try await response.text() }.split(separator: "\n").map { try JSON.parse($0) }
        return try #require(lines.first?["agentId"]?.string)
    }

    func ticket(_ id: String) throws -> String {
        let response = try fetch("/api/agent/\(id)/ticket", "POST")
        return try host.run { try await response.json() }["ticket"]?.string ?? ""
    }

    /// Asks for a socket; nil with the status of a refusal.
    func socket(_ id: String, ticket: String) throws -> (TestSocket?, Int) {
        let door = host.bindings
        let opened = try host.run { () -> (TestSocket?, Int) in
            let url = "http://host/api/agent/\(id)/ws?ticket=\(ticket)"
            let response = try await door.fetch(Request(url, headers: ["upgrade": "websocket"]))
            return (response.webSocket.map { TestSocket($0) }, response.status)
        }
        try host.settle()
        return opened
    }

    func connected(_ id: String) throws -> TestSocket { try #require(try socket(id, ticket: try ticket(id)).0) }

    func send(_ socket: TestSocket, _ text: String) throws {
        try socket.send(text)
        try host.settle()
    }

    func state(_ id: String) throws -> GeneratorState {
        let agent = agent(id)
        return try host.run(advancesTime: false) { try await agent.getFullState() }
    }
}

extension TestSocket {
    /// The types of the application's messages, without the envelopes of the framework's frames.
    func types() throws -> [String] {
        try texts.compactMap { try JSON.parse($0)["type"]?.string }.filter {
            !$0.hasPrefix("{") && !$0.hasPrefix("cf_")
        }
    }

    /// The states in the framework's frames, out of their envelopes.
    func states() throws -> [GeneratorState] {
        try texts.compactMap { try JSON.parse($0)["type"]?.string }.filter { $0.hasPrefix("{") }.map {
            try JSON.parse($0)
        }
        .filter { $0["type"] == "cf_agent_state" }.compactMap { try $0["state"]?.decode(GeneratorState.self) }
    }
}
