import AgentHost
import Distributed
import DurableActors

/// Writes a project with a model: a blueprint while its caller listens, then the files in the background.
///
/// Its clients speak a protocol of their own over the agent's sockets, and see the whole state at every change.
distributed actor CodeGeneratorAgent: Agent {
    static let tickets = RecordTable<Int64>("ticket")
    static var initialState: GeneratorState { GeneratorState() }

    let ctx: DurableObjectState
    let env: GeneratorEnv
    /// The answer that is being read in the background.
    var answer: (any ModelAnswer)?
    /// The number of the run in the background: one that finds another here was stopped.
    var run = 0

    init(ctx: DurableObjectState, env: GeneratorEnv) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    /// Goes on with what the end of the host has cut.
    func onStart() async throws {
        if try state.shouldBeGenerating { generateInBackground() }
    }

    // MARK: - What the door and other objects call

    /// Makes the blueprint; each piece of it is handed to `onBlueprintChunk` as it comes.
    distributed func initialize(
        query: String,
        onBlueprintChunk: RpcCallback<String, Void>
    ) async throws -> Blueprint {
        guard try state.phase == .idle else { throw GeneratorRefusal("The project has a blueprint already") }
        try change {
            $0.query = query
            $0.phase = .blueprint
        }
        do {
            var text = ""
            let answer = env.model.complete("blueprint: \(query)")
            while let piece = try await answer.next() {
                text += piece
                try await onBlueprintChunk(piece)
            }
            let blueprint = Blueprint(text)
            try change {
                $0.blueprint = blueprint
                $0.phase = .ready
            }
            return blueprint
        } catch {
            try change { $0.phase = .idle }
            throw error
        }
    }

    distributed func isInitialized() throws -> Bool { try state.blueprint != nil }

    distributed func getFullState() throws -> GeneratorState { try state }

    distributed func getSummary() throws -> GeneratorSummary {
        let state = try state
        return GeneratorSummary(
            query: state.query,
            title: state.blueprint?.title,
            files: state.files.count { $0.value.isComplete },
            phase: state.phase
        )
    }

    distributed func exportGitObjects() throws -> [GitObject] {
        try state.files.sorted { $0.key < $1.key }.map { GitObject(path: $0.key, data: Array($0.value.contents.utf8)) }
    }

    /// Takes a copy of another project's state.
    distributed func adopt(_ other: GeneratorState) throws { try setState(other) }

    /// Keeps a ticket that opens one socket until a time in milliseconds since 1970.
    distributed func storeWsTicket(_ ticket: String, expiresAt: Int64) throws {
        try Self.tickets.put(ticket, expiresAt, in: ctx.storage)
    }

    /// Uses a ticket up; false when it is unknown, used or too old.
    distributed func consumeWsTicket(_ ticket: String) throws -> Bool {
        guard let expiresAt = try Self.tickets.get(ticket, in: ctx.storage) else { return false }
        try Self.tickets.delete(ticket, in: ctx.storage)
        return expiresAt > ctx.now
    }

    // MARK: - State and sockets

    /// Sets the state, or tells the clients why it cannot be set.
    func setState(_ state: GeneratorState) throws {
        do {
            try defaultSetState(state)
        } catch {
            try send("error", ["error": "The state could not be set: \(error)"])
            throw error
        }
    }

    func change(_ body: (inout GeneratorState) -> Void) throws {
        var state = try state
        body(&state)
        try setState(state)
    }

    /// Everything goes to everyone in the application's own envelope, the framework's frames too.
    func broadcast(_ text: String, without: [String]) throws { try send(text, [:]) }

    /// Sends a message of the application's to every socket.
    func send(_ type: String, _ data: JSONObject) throws {
        for socket in try ctx.getWebSockets() where socket.readyState == .open {
            try socket.send(Self.message(type, data))
        }
    }

    static func message(_ type: String, _ data: JSONObject = [:]) -> String {
        var message: JSONObject = ["type": .string(type)]
        for (key, value) in data { message[key] = value }
        return JSONValue.object(message).description
    }

    /// Greets a client once it is connected, with what has to be waited for.
    func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws {
        ctx.waitUntil { [self] in
            let summary = try JSONValue(encoding: try await getSummary())
            try connection.send(Self.message("agent_connected", ["summary": summary]))
        }
    }

    func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws {
        do {
            guard case .text(let text) = message, case .string(let type)? = try JSON.parse(text)["type"] else {
                throw GeneratorRefusal("Invalid message")
            }
            switch type {
            case "session_init": try connection.send(Self.message("session_ready"))
            case "generate_all": try beginGeneration()
            case "stop_generation": try stopGeneration()
            default: throw GeneratorRefusal("Unknown message type: \(type)")
            }
        } catch {
            try connection.send(Self.message("error", ["error": .string("\(error)")]))
        }
    }
}

/// Why a client is refused; the client is told.
struct GeneratorRefusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
