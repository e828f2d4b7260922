internal import AgentHost
internal import Distributed
public import DurableActors
internal import Workflows

/// What the agent of a session does; called by the front door, by workflows and by the watcher of commands.
extension TaskAgent {
    /// Whose session this is; nil before it was opened.
    distributed func owner() async throws -> String? {
        try SessionRecords.session.get(name, in: ctx.storage)?.userId
    }

    /// Opens this session and waits until its sandbox is there.
    distributed func openSession(userId: String) async throws -> SessionAnswer {
        let workflowId = WorkflowNames.make(session: name, random: ctx.random)
        let row = SessionRow(userId: userId, createdAt: ctx.now, workflowId: workflowId, sandbox: nil)
        try SessionRecords.session.put(name, row, in: ctx.storage)
        let params = CreateSessionWorkflow.Parameters(userId: userId, sessionId: name)
        _ = try await runWorkflow(WorkflowNames.createSession, params, id: workflowId)
        if try SessionRecords.session.get(name, in: ctx.storage)?.sandbox == nil,
            try getWorkflow(workflowId)?.status != .errored
        {
            await withCheckedContinuation { waitingForSession[workflowId, default: []].append($0) }
        }
        guard try SessionRecords.session.get(name, in: ctx.storage)?.sandbox != nil else {
            throw TaskAgentError(status: 503, description: "The session's sandbox could not be started")
        }
        return SessionAnswer(sessionId: name, workflowId: workflowId)
    }

    /// The sandbox is there; called by `CreateSessionWorkflow`.
    distributed func sessionReady(workingDirectory: String) async throws {
        guard var row = try SessionRecords.session.get(name, in: ctx.storage) else { return }
        row.sandbox = workingDirectory
        try SessionRecords.session.put(name, row, in: ctx.storage)
        try showRunning()
    }

    /// Starts a task in this session.
    distributed func startTask(userId: String, task: String, needsApproval: Bool) async throws -> TaskAnswer {
        guard try await owner() == userId else { throw TaskAgentError.notFound("Session not found") }
        guard !task.isEmpty, task.utf8.count <= 64 << 10 else {
            throw TaskAgentError.invalid("A task has 1 to 65536 bytes")
        }
        let workflowId = WorkflowNames.make(session: name, random: ctx.random)
        let account = env.accounts.getByName(userId)
        // Longer than any task runs; its charge ends it.
        let expiresAt = ctx.now + Int64(2 * env.settings.taskSeconds + 3600) * 1000
        guard try await account.reserve(charge: workflowId, expiresAt: expiresAt) else {
            throw TaskAgentError.noCredits()
        }
        let params = ExecuteTaskWorkflow.Parameters(
            userId: userId,
            sessionId: name,
            task: task,
            needsApproval: needsApproval
        )
        do {
            try SessionRecords.running.put(workflowId, RunningRow(startedAt: ctx.now), in: ctx.storage)
            try showRunning()
            return TaskAnswer(workflowId: try await runWorkflow(WorkflowNames.executeTask, params, id: workflowId))
        } catch {
            try taskEnded(workflowId)
            try await account.release(charge: workflowId)
            throw error
        }
    }

    /// Tells clients how many tasks there are that have not ended.
    private func showRunning() throws {
        try setState(State(status: "ready", runningTasks: SessionRecords.running.all(in: ctx.storage).count))
    }

    private func taskEnded(_ workflowId: String) throws {
        if try SessionRecords.running.delete(workflowId, in: ctx.storage) { try showRunning() }
    }

    /// The status of a task of this session.
    distributed func statusHere(workflowId: String) async throws -> TaskStatus {
        guard let info = try getWorkflow(workflowId) else { throw TaskAgentError.notFound("Workflow not found") }
        let status = try await getWorkflowStatus(info.workflowName, workflowId)
        return TaskStatus(
            workflowId: workflowId,
            status: TaskStatus.word(for: status.status.rawValue),
            progress: try SessionRecords.progress.get(workflowId, in: ctx.storage)?.progress,
            output: status.output,
            error: status.error?.message
        )
    }

    /// Answers a task that waits for a person.
    distributed func decide(workflowId: String, approved: Bool, reason: String?) async throws {
        if approved {
            try await approveWorkflow(workflowId, reason: reason)
        } else {
            try await rejectWorkflow(workflowId, reason: reason)
        }
    }

    /// Takes credits for a task, once, and returns how many; called by `ExecuteTaskWorkflow`.
    distributed func deductCredits(userId: String, amount: Int, charge: String) async throws -> Int {
        try await env.accounts.getByName(userId).deduct(amount, charge: charge)
    }

    /// How much of a command's output was passed on already.
    distributed func outputOffset(workflowId: String) async throws -> Int {
        try SessionRecords.progress.get(workflowId, in: ctx.storage)?.outputOffset ?? 0
    }

    /// A piece of a command's output has come.
    distributed func commandOutput(workflowId: String, text: String, offset: Int) async throws {
        try await progressed(
            workflowId,
            .object(["status": "running", "output": .string(text)]),
            outputOffset: offset
        )
    }

    /// A command has ended: lets its workflow go on, unless that has ended too.
    distributed func commandEnded(workflowId: String, _ end: CommandEnd) async throws {
        do {
            try await sendWorkflowEvent(
                WorkflowNames.executeTask,
                workflowId,
                type: CommandEnd.eventType,
                payload: try JSONValue(encoding: end)
            )
        } catch let error as WorkflowError where error == .cannotSendEvent {
            // Told already, before the host ended and started again; or it was ended by hand.
        }
    }

    /// Progress of a session of a user's, for the user's sockets at the front door.
    distributed func sessionProgress(userId: String, message: JSONValue) async throws {
        for connection in try getConnections() {
            let user = connection.state?["userId"]?.string
            if user == userId || (user == nil && env.settings.allowsBareSockets) {
                try connection.send(message.description)
            }
        }
    }

    /// Passes progress on to this session's clients and to the front door, and keeps the last of it.
    func progressed(_ workflowId: String, _ progress: JSONValue, outputOffset: Int?) async throws {
        let last = try SessionRecords.progress.get(workflowId, in: ctx.storage)
        let row = ProgressRow(progress: progress, outputOffset: outputOffset ?? last?.outputOffset ?? 0)
        // Unconfirmed: progress does not wait for the disk, and losing the last of it in a crash loses nothing else.
        try await ctx.storage.put("progress/" + workflowId, row, allowUnconfirmed: true)
        var message = JSONObject()
        message["workflowId"] = .string(workflowId)
        if case .object(let object) = progress { for (key, value) in object { message[key] = value } }
        try broadcast(JSONValue.object(message).description)
        guard name != Self.frontDoor, let userId = try await owner() else { return }
        try await env.taskAgents.getByName(Self.frontDoor).sessionProgress(userId: userId, message: .object(message))
    }

    /// A workflow has reported progress.
    public func onWorkflowProgress(_ name: String, _ id: String, _ progress: JSONValue) async throws {
        try await progressed(id, progress, outputOffset: nil)
    }

    /// A workflow has reported its end.
    public func onWorkflowComplete(_ name: String, _ id: String, _ result: JSONValue?) async throws {
        for waiting in waitingForSession.removeValue(forKey: id) ?? [] { waiting.resume() }
        try taskEnded(id)
    }

    /// A workflow has reported an error.
    public func onWorkflowError(_ name: String, _ id: String, _ error: String) async throws {
        for waiting in waitingForSession.removeValue(forKey: id) ?? [] { waiting.resume() }
        try taskEnded(id)
        try await progressed(id, .object(["status": "errored", "error": .string(error)]), outputOffset: nil)
        guard name == WorkflowNames.executeTask, let userId = try await owner() else { return }
        try await env.accounts.getByName(userId).release(charge: id)
    }
}
