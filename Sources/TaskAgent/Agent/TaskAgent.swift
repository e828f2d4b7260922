public import AgentHost
public import Distributed
public import DurableActors
internal import Workflows

/// The task orchestrator: one agent a session, and the agent `default` as the front door.
///
/// Its methods are the primary interface: clients call them over a socket, workflows through the stub. REST, in
/// `fetch`, takes the key from a header and calls the same methods.
public distributed actor TaskAgent: Agent {
    /// What clients see of an agent.
    public struct State: Codable, Sendable, Equatable {
        var status: String
        var runningTasks: Int
    }

    /// A session that is not open yet, and the front door.
    public static var initialState: State { State(status: "new", runningTasks: 0) }

    /// The name of the front door.
    public static let frontDoor = "default"

    /// The agent's own state of the runtime.
    public let ctx: DurableObjectState
    let env: TaskAgentEnv
    /// Who waits for a session to be ready, by workflow.
    var waitingForSession: [String: [CheckedContinuation<Void, Never>]] = [:]

    /// Made by the runtime.
    public init(ctx: DurableObjectState, env: TaskAgentEnv) {
        self.ctx = ctx
        self.env = env
        actorSystem = ctx.actorSystem
    }

    /// What clients may call over a socket.
    public static var callables: [Callable<TaskAgent>] {
        [
            Callable("executeTask") {
                try await $0.executeTask(sessionId: $1, task: $2, apiKey: $3, needsApproval: $4)
            },
            Callable("createSession") { try await $0.createSession(apiKey: $1) },
            Callable("getTaskStatus") { try await $0.taskStatus(workflowId: $1) },
            Callable("approveTask") { try await $0.approveTask(workflowId: $1, apiKey: $2) },
            Callable("scheduleTask") {
                try await $0.scheduleTask(sessionId: $1, task: $2, delaySeconds: $3, apiKey: $4, needsApproval: $5)
            },
            Callable("scheduledTasks") { try await $0.scheduledTasks(sessionId: $1, apiKey: $2) },
            Callable("cancelScheduledTask") {
                try await $0.cancelScheduledTask(sessionId: $1, id: $2, apiKey: $3)
            },
            Callable("rejectTask") { try await $0.rejectTask(workflowId: $1, reason: $2, apiKey: $3) },
        ]
    }

    /// What schedules may call.
    public static var callbacks: [Callable<TaskAgent>] {
        [Callable("runScheduledTask") { try await $0.runScheduledTask($1) }]
    }

    var accounts: Accounts { Accounts(env: env) }

    // MARK: - Callable

    /// Opens a session with a sandbox of its own, by `CreateSessionWorkflow`.
    distributed func createSession(apiKey: String) async throws -> SessionAnswer {
        let user = try await accounts.validate(apiKey)
        let sessionId = "ses_" + ctx.random.token(21)
        return try await env.taskAgents.getByName(sessionId).openSession(userId: user.id)
    }

    /// Runs a command in a session's sandbox, by `ExecuteTaskWorkflow`; answers with the workflow's id at once.
    ///
    /// With `needsApproval` it waits for `approveTask` or `rejectTask` before it runs.
    distributed func executeTask(
        sessionId: String,
        task: String,
        apiKey: String,
        needsApproval: Bool?
    ) async throws -> TaskAnswer {
        let user = try await accounts.validate(apiKey)
        return try await env.taskAgents.getByName(sessionId).startTask(
            userId: user.id,
            task: task,
            needsApproval: needsApproval ?? false
        )
    }

    /// How far a task has got, as the REST interface tells it.
    distributed func taskStatus(workflowId: String) async throws -> TaskStatus {
        guard let sessionId = WorkflowNames.session(of: workflowId) else {
            throw TaskAgentError.notFound("Workflow not found")
        }
        return try await env.taskAgents.getByName(sessionId).statusHere(workflowId: workflowId)
    }

    /// Lets a task go on that waits for a person.
    distributed func approveTask(workflowId: String, apiKey: String) async throws {
        try await ownAgent(workflowId, apiKey).decide(workflowId: workflowId, approved: true, reason: nil)
    }

    /// Ends a task that waits for a person.
    distributed func rejectTask(workflowId: String, reason: String?, apiKey: String) async throws {
        try await ownAgent(workflowId, apiKey).decide(workflowId: workflowId, approved: false, reason: reason)
    }

    private func ownAgent(_ workflowId: String, _ apiKey: String) async throws -> TaskAgent {
        let user = try await accounts.validate(apiKey)
        guard let sessionId = WorkflowNames.session(of: workflowId),
            try await env.taskAgents.getByName(sessionId).owner() == user.id
        else { throw TaskAgentError.notFound("Workflow not found") }
        return env.taskAgents.getByName(sessionId)
    }

    // MARK: - REST and sockets

    /// REST, then what every agent answers: sockets, and 404 for the rest.
    distributed public func fetch(_ request: Request) async throws -> Response {
        if let response = try await RestInterface(agent: self, env: env).answer(request) { return response }
        return try await defaultFetch(request)
    }

    /// The state is the agent's own: no client sets it, least of all for the others at the front door.
    public func validateStateChange(_ state: State, _ source: StateSource) throws {
        if case .connection = source { throw TaskAgentError(status: 403, description: "The state is the agent's own") }
    }

    /// Lets a socket in whose user owns the session, and keeps the user with it.
    public func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws {
        let user = context.request.headers.get(SocketAdmission.userHeader)
        try connection.setState(user.map { .object(["userId": .string($0)]) })
        guard let owner = try SessionRecords.session.get(name, in: ctx.storage)?.userId else { return }
        if let user, user != owner { try connection.close(code: 1008, reason: "Session not found") }
    }
}
