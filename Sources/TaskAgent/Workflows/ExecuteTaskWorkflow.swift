public import AgentHost
internal import DurableActors
internal import Distributed
internal import Sandbox
public import Workflows

/// Runs one command in a session's sandbox, once a person has approved it where that is asked for, and takes credits.
///
/// The command is started under an id made from the instance's, in a process that outlives the host, and its end comes
/// as an event: so nothing is held while it runs, and a host that dies and comes back finds it instead of running it
/// again.
public struct ExecuteTaskWorkflow: AgentWorkflow {
    /// What it is started with.
    public struct Parameters: Codable, Sendable {
        let userId: String
        let sessionId: String
        let task: String
        /// Whether a person must approve it before it runs; absent in what older hosts stored.
        var needsApproval: Bool?
    }

    /// What it returns.
    public struct Outcome: Codable, Sendable {
        let success: Bool
        let exitCode: Int?
        let output: String
        let creditsUsed: Int
    }

    /// Where it runs and for whom.
    public let ctx: AgentWorkflowContext<TaskAgent>
    let env: TaskAgentEnv

    /// Made by the engine for each lifetime.
    public init(ctx: AgentWorkflowContext<TaskAgent>, env: TaskAgentEnv) {
        self.ctx = ctx
        self.env = env
    }

    /// Does the work.
    public func run(_ event: WorkflowEvent<Parameters>, _ step: AgentWorkflowStep) async throws -> Outcome {
        let (userId, sessionId, task) = (event.payload.userId, event.payload.sessionId, event.payload.task)
        let sandbox = getSandbox(env.sandboxes, sessionId)

        if event.payload.needsApproval == true {
            try await reportProgress(TaskProgress(status: "waiting-for-approval", command: task))
            _ = try await waitForApproval(step)
        }

        _ = try await step.do("get-container") { _ in try await sandbox.spawn().workingDirectory }

        try await reportProgress(TaskProgress(status: "executing", command: task))
        let job = FollowedJob(processId: "\(workflowId)-command", sessionId: sessionId, workflowId: workflowId)
        let seconds = env.settings.taskSeconds
        _ = try await step.do("start-command") { _ in
            try await env.jobs.register(job)
            return try await sandbox.startProcess(
                task,
                options: ProcessOptions(processId: job.processId, timeoutSeconds: Double(seconds))
            ).id
        }

        env.jobs.follow(job)
        let ended = try await step.waitForEvent(
            "wait-for-command",
            type: CommandEnd.eventType,
            timeout: .init(milliseconds: Int64(seconds + 600) * 1000),
            as: CommandEnd.self
        ).payload

        let amount = Self.credits(for: ended.endedAt - ended.startedAt)
        let credits = try await step.do("deduct-credits") { _ in
            // Once, however often this step is tried: the charge is known to the account by the instance's id.
            try await agent.deductCredits(userId: userId, amount: amount, charge: workflowId)
        }

        let outcome = Outcome(
            success: ended.exitCode == 0,
            exitCode: ended.exitCode,
            output: ended.output,
            creditsUsed: credits
        )
        try await reportProgress(
            TaskProgress(status: "completed", output: ended.output, exitCode: ended.exitCode)
        )
        try await step.reportComplete(outcome)
        return outcome
    }

    /// What a task costs: one credit for each started minute.
    static func credits(for milliseconds: Int64) -> Int {
        max(1, Int((milliseconds + 59_999) / 60_000))
    }
}

/// What a task's clients are told.
struct TaskProgress: Codable, Sendable {
    let status: String
    var command: String?
    var output: String?
    var exitCode: Int?
}
