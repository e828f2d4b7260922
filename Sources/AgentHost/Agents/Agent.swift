public import Distributed
public import DurableActors

/// A durable object with connections, state that clients see, callable methods and workflows.
///
/// Swift actors have no inheritance, so what TypeScript reaches by `extends Agent` and `super.fetch()` is here a
/// protocol whose requirements all have defaults; a class that replaces one calls the default by its own name, as
/// `try await handleAgentRequest(request)` for `super.fetch(request)`.
///
/// Isolation: every method runs on the object's executor; events interleave where code waits for anything but storage.
public protocol Agent: DurableObject {
    /// What clients see of the agent; JSON.
    associatedtype State: Codable & Sendable = JSONValue

    /// What the runtime gave `init`; keep it in a property.
    var ctx: DurableObjectState { get }

    /// The methods clients may call over a socket, by name.
    static var callables: [Callable<Self>] { get }

    /// The state before anything was set; nil for none.
    static var initialState: State? { get }

    /// Runs before the first event of each life in memory; a throw reaches that event's caller, and the next tries anew.
    func onStart() async throws

    /// Answers HTTP that is not an upgrade.
    func onRequest(_ request: Request) async throws -> Response

    /// A client has connected; the upgrade is answered when this has ended.
    func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws

    /// A message has come that is not of the protocol.
    func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws

    /// A client has gone.
    func onClose(_ connection: Connection, code: Int, reason: String, wasClean: Bool) async throws

    /// A hook has thrown; the default throws it on.
    func onError(_ error: any Error) async throws

    /// Tags of a new connection beside its id.
    func getConnectionTags(_ connection: Connection, _ context: ConnectionContext) async throws -> [String]

    /// Whether a connection gets identity, state and other frames of the protocol.
    func shouldSendProtocolMessages(_ connection: Connection, _ context: ConnectionContext) -> Bool

    /// Checks a new state; throw to refuse it.
    func validateStateChange(_ state: State, _ source: StateSource) throws

    /// The state has been stored and sent.
    func onStateChanged(_ state: State, _ source: StateSource) async throws

    /// A workflow of this agent has reported progress.
    func onWorkflowProgress(_ name: String, _ id: String, _ progress: JSONValue) async throws

    /// A workflow of this agent has reported its end.
    func onWorkflowComplete(_ name: String, _ id: String, _ result: JSONValue?) async throws

    /// A workflow of this agent has reported an error.
    func onWorkflowError(_ name: String, _ id: String, _ error: String) async throws

    /// A workflow of this agent has sent an event.
    func onWorkflowEvent(_ name: String, _ id: String, _ event: JSONValue) async throws
}

/// Who changed a state.
public enum StateSource: Sendable {
    /// The agent's own code.
    case server
    /// A client.
    case connection(Connection)
}

/// What is known of a connection when it is made.
public struct ConnectionContext: Sendable {
    /// The upgrade request.
    public let request: Request
}

extension Agent {
    /// The default: none.
    public static var callables: [Callable<Self>] { [] }
    /// The default: none.
    public static var initialState: State? { nil }
    /// The default: nothing.
    public func onStart() async throws {}
    /// The default: 404 `Not implemented`.
    public func onRequest(_ request: Request) async throws -> Response { Response("Not implemented", status: 404) }
    /// The default: nothing.
    public func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws {}
    /// The default: nothing.
    public func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws {}
    /// The default: nothing.
    public func onClose(_ connection: Connection, code: Int, reason: String, wasClean: Bool) async throws {}
    /// The default: throws the error on.
    public func onError(_ error: any Error) async throws { throw error }
    /// The default: none.
    public func getConnectionTags(_ connection: Connection, _ context: ConnectionContext) async throws -> [String] {
        []
    }
    /// The default: yes.
    public func shouldSendProtocolMessages(_ connection: Connection, _ context: ConnectionContext) -> Bool { true }
    /// The default: accepts every state.
    public func validateStateChange(_ state: State, _ source: StateSource) throws {}
    /// The default: nothing.
    public func onStateChanged(_ state: State, _ source: StateSource) async throws {}
    /// The default: nothing.
    public func onWorkflowProgress(_ name: String, _ id: String, _ progress: JSONValue) async throws {}
    /// The default: nothing.
    public func onWorkflowComplete(_ name: String, _ id: String, _ result: JSONValue?) async throws {}
    /// The default: logs it.
    public func onWorkflowError(_ name: String, _ id: String, _ error: String) async throws {
        ctx.incarnation.cell.host.log.error("Workflow \(name) \(id) failed: \(error)")
    }
    /// The default: nothing.
    public func onWorkflowEvent(_ name: String, _ id: String, _ event: JSONValue) async throws {}

    /// The default: starts the agent, then serves upgrades as connections and everything else by `onRequest`.
    distributed public func fetch(_ request: Request) async throws -> Response {
        try await handleAgentRequest(request)
    }

    /// The name the agent was addressed by.
    public var name: String { ctx.id.name ?? ctx.id.description }

    /// What the framework keeps for this life of the agent.
    var core: AgentCore { ctx.part(AgentCore.self) { AgentCore() } }
}
