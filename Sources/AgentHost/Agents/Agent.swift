internal import Distributed
public import DurableActors

/// A durable object with connections, state that clients see, callable methods, schedules, a queue and workflows.
///
/// Swift actors have no inheritance, so what TypeScript reaches by `extends Agent` is a protocol whose requirements all
/// have defaults. A class that replaces one calls the default by a name of its own: `defaultFetch(request)` for
/// `super.fetch(request)`.
///
/// Isolation: every method runs on the object's executor; events interleave where code waits for anything but storage.
public protocol Agent: AlarmHandler {
    /// What clients see of the agent; JSON. An optional is a state that is not there until it is set.
    associatedtype State: Codable & Sendable = JSONValue?

    /// What the runtime gave `init`; keep it in a property.
    var ctx: DurableObjectState { get }

    /// The methods clients may call over a socket, by name.
    static var callables: [Callable<Self>] { get }

    /// The methods that schedules and the queue may call, by name, beside those clients may call.
    static var callbacks: [Callable<Self>] { get }

    /// The state before anything was set; nil, where `State` is optional, for none.
    static var initialState: State { get }

    /// Choices of the class.
    static var options: AgentOptions { get }

    /// Who is told what the agent does.
    var observability: (any AgentObservability)? { get }

    /// Runs before the first event of each life in memory, alone; a throw reaches that event, and the next tries anew.
    ///
    /// `props` is what the event's `getAgentByName` or routing passed. Plain calls on stubs do not start an agent. It is a
    /// critical section: nothing else of the agent runs meanwhile, and 30 seconds reset the agent.
    func onStart(_ props: JSONValue?) async throws

    /// The same without `props`, called by the default of the other.
    func onStart() async throws

    /// Answers HTTP that is not an upgrade; a throw is answered with 500 and the error's text.
    func onRequest(_ request: Request) async throws -> Response

    /// A client has connected and was sent the protocol's frames; the upgrade is answered when this has ended.
    func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws

    /// A message has come that is not of the protocol.
    func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws

    /// A client has gone; its close frame is answered when this has ended.
    func onClose(_ connection: Connection, code: Int, reason: String, wasClean: Bool) async throws

    /// A hook has thrown; what this throws goes on in its place, and when it returns the error goes on unanswered.
    func onError(_ error: any Error) async throws

    /// A hook of a connection has thrown, or its transport has failed; by default `onError` without it.
    func onError(_ connection: Connection, _ error: any Error) async throws

    /// Tags of a new connection beside its id: at most nine, each of 1 to 256 characters.
    func getConnectionTags(_ connection: Connection, _ context: ConnectionContext) async throws -> [String]

    /// Whether a new connection may not change the state.
    func shouldConnectionBeReadonly(_ connection: Connection, _ context: ConnectionContext) -> Bool

    /// Whether a new connection gets identity, state and other frames of the protocol.
    func shouldSendProtocolMessages(_ connection: Connection, _ context: ConnectionContext) -> Bool

    /// The open connections, the oldest first; with a tag, those that have it.
    func getConnections(tag: String?) throws -> [Connection]

    /// The open connection with an id; throws when there are several.
    func getConnection(_ id: String) throws -> Connection?

    /// Sends a text to every connection but those with these ids; the framework's own frames go this way too.
    func broadcast(_ text: String, without: [String]) throws

    /// Replaces the state: checks it, keeps it, sends it to every client of the protocol, then calls the hook.
    ///
    /// Durability: with the turn's other writes; clients see it once it is durable. Throws in a call of a connection
    /// that is readonly.
    func setState(_ state: State) throws

    /// Checks a new state; throw to refuse it.
    func validateStateChange(_ state: State, _ source: StateSource) throws

    /// The state has been stored and sent; runs beside what set it, and a throw goes to `onError` alone.
    func onStateChanged(_ state: State, _ source: StateSource) async throws

    /// A workflow of this agent has reported something; by default its row and then one of the four hooks below.
    func onWorkflowCallback(_ callback: WorkflowCallback) async throws

    /// A workflow of this agent has reported progress.
    func onWorkflowProgress(_ name: String, _ id: String, _ progress: JSONValue) async throws

    /// A workflow of this agent has reported its end.
    func onWorkflowComplete(_ name: String, _ id: String, _ result: JSONValue?) async throws

    /// A workflow of this agent has reported an error.
    func onWorkflowError(_ name: String, _ id: String, _ error: String) async throws

    /// A workflow of this agent has sent an event.
    func onWorkflowEvent(_ name: String, _ id: String, _ event: JSONValue) async throws
}

/// What is known of a connection when it is made.
public struct ConnectionContext: Sendable {
    /// The upgrade request.
    public let request: Request
}
