internal import Distributed
public import DurableActors

extension Agent {
    /// The default: none.
    public static var callables: [Callable<Self>] { [] }
    /// The default: none.
    public static var callbacks: [Callable<Self>] { [] }
    /// The default: the SDK's.
    public static var options: AgentOptions { AgentOptions() }
    /// The default: who observes all agents of the runtime.
    public var observability: (any AgentObservability)? { directory.observability }

    /// The default: calls `onStart` without `props`.
    public func onStart(_ props: JSONValue?) async throws { try await onStart() }
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

    /// The default: logs the error and throws it on.
    public func onError(_ error: any Error) async throws {
        log.error("\(Self.className) \(name): \(error)")
        throw error
    }

    /// The default: `onError` without the connection.
    public func onError(_ connection: Connection, _ error: any Error) async throws { try await onError(error) }

    /// The default: none.
    public func getConnectionTags(_ connection: Connection, _ context: ConnectionContext) async throws -> [String] {
        []
    }
    /// The default: no.
    public func shouldConnectionBeReadonly(_ connection: Connection, _ context: ConnectionContext) -> Bool { false }
    /// The default: yes.
    public func shouldSendProtocolMessages(_ connection: Connection, _ context: ConnectionContext) -> Bool { true }
    /// The default: `defaultGetConnections`.
    public func getConnections(tag: String?) throws -> [Connection] { try defaultGetConnections(tag: tag) }
    /// The default: `defaultGetConnection`.
    public func getConnection(_ id: String) throws -> Connection? { try defaultGetConnection(id) }
    /// The default: `defaultBroadcast`.
    public func broadcast(_ text: String, without: [String]) throws { try defaultBroadcast(text, without: without) }
    /// The default: `defaultSetState`.
    public func setState(_ state: State) throws { try defaultSetState(state) }
    /// The default: accepts every state.
    public func validateStateChange(_ state: State, _ source: StateSource) throws {}
    /// The default: nothing.
    public func onStateChanged(_ state: State, _ source: StateSource) async throws {}
    /// The default: `defaultOnWorkflowCallback`.
    public func onWorkflowCallback(_ callback: WorkflowCallback) async throws {
        try await defaultOnWorkflowCallback(callback)
    }
    /// The default: nothing.
    public func onWorkflowProgress(_ name: String, _ id: String, _ progress: JSONValue) async throws {}
    /// The default: nothing.
    public func onWorkflowComplete(_ name: String, _ id: String, _ result: JSONValue?) async throws {}
    /// The default: logs it.
    public func onWorkflowError(_ name: String, _ id: String, _ error: String) async throws {
        log.error("Workflow \(name) \(id) failed: \(error)")
    }
    /// The default: nothing.
    public func onWorkflowEvent(_ name: String, _ id: String, _ event: JSONValue) async throws {}

    /// The default: `defaultFetch`.
    distributed public func fetch(_ request: Request) async throws -> Response { try await defaultFetch(request) }

    /// The name the agent was addressed by; the digits of its id where it was addressed by that alone.
    public var name: String { ctx.id.name ?? ctx.id.description }

    static var className: String { String(describing: Self.self) }

    /// What the framework keeps for this life of the agent.
    var core: AgentCore<Self> { ctx.part(AgentCore<Self>.self) { AgentCore() } }
    var directory: AgentDirectory { .of(ctx.incarnation.cell.host) }
    var log: EventLog { ctx.incarnation.cell.host.log }
}
