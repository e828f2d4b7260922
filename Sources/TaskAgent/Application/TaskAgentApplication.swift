internal import AgentHost
public import DurableActors
internal import Distributed
public import Sandbox
internal import Workflows

/// The application put together on a runtime: what the Worker's entry file is.
public struct TaskAgentApplication: Sendable {
    private let runtime: DurableObjectRuntime
    /// The application's bindings.
    public let env: TaskAgentEnv

    /// Registers the application's classes and starts them.
    ///
    /// The unique keys name the classes on disk for ever.
    public init(
        runtime: DurableObjectRuntime,
        sandboxes: any SandboxNamespace,
        settings: TaskAgentSettings = TaskAgentSettings(),
        log: EventLog = .silent
    ) throws {
        self.runtime = runtime
        let taskAgents = try runtime.registerAgent(TaskAgent.self, binding: "TaskAgent", uniqueKey: "task-agent")
        let env = TaskAgentEnv(
            taskAgents: taskAgents,
            accounts: try runtime.register(Account.self, binding: "Account", uniqueKey: "task-agent-account"),
            keyIndex: try runtime.register(KeyIndex.self, binding: "KeyIndex", uniqueKey: "task-agent-key-index"),
            emailIndex: try runtime.register(
                EmailIndex.self,
                binding: "EmailIndex",
                uniqueKey: "task-agent-email-index"
            ),
            sandboxes: sandboxes,
            jobs: JobWatcher(
                sandboxes: sandboxes,
                boards: try runtime.register(JobBoard.self, binding: "JobBoard", uniqueKey: "task-agent-job-board"),
                agents: taskAgents,
                node: settings.node,
                world: runtime.world,
                log: log
            ),
            settings: settings,
            world: runtime.world
        )
        self.env = env
        try runtime.registerAgentWorkflow(
            ExecuteTaskWorkflow.self,
            binding: WorkflowNames.executeTask,
            name: "execute-task",
            agents: taskAgents
        ) { env }
        try runtime.registerAgentWorkflow(
            CreateSessionWorkflow.self,
            binding: WorkflowNames.createSession,
            name: "create-session",
            agents: taskAgents
        ) { env }
        try runtime.start(environment: env)
        Task(executorPreference: runtime.world.scheduler.taskExecutor) {
            do {
                try await env.jobs.resume()
            } catch {
                log.error("Running commands cannot be followed again: \(error)")
            }
        }
    }

    /// Lets the steps that run end, within five seconds, before the host does; see `drainWorkflows`.
    public func drain() async { await runtime.drainWorkflows(grace: .seconds(5)) }

    /// The Worker's `fetch`: the page, sockets and other requests of agents under `/agent` and `/agents`, REST by the
    /// front door.
    public func fetch(_ request: Request) async throws -> Response {
        if let response = Page.answer(request) { return response }
        var options = AgentRoutingOptions()
        let admission = SocketAdmission(env: env)
        options.onBeforeConnect = { request, _ in try await admission.decide(request) }
        for prefix in ["agents", "agent"] {
            options.prefix = prefix
            if let response = try await runtime.routeAgentRequest(request, options: options) { return response }
        }
        guard request.url.segments.first == "api" else { return Response("Not found", status: 404) }
        return try await env.taskAgents.fetch(env.taskAgents.idFromName(TaskAgent.frontDoor), request)
    }

    /// Makes an account with a key for development.
    public func makeDevelopmentKey() async throws -> String {
        let accounts = Accounts(env: env)
        let password = env.world.random.token(32)
        let suffix = env.world.random.token(6).lowercased()
        let user = try await accounts.signUp(
            email: "dev-\(suffix)@localhost",
            password: password,
            name: "Development"
        ).0
        return try await accounts.issueKey(user.id, name: "development", expiresInMilliseconds: nil).key
    }
}
