internal import AgentHost
internal import Distributed
internal import DurableActors

/// A task that a session will start.
public struct ScheduledTask: Codable, Sendable {
    /// The schedule.
    public let id: String
    /// The command.
    public let task: String
    /// When it starts, in seconds since 1970.
    public let time: Int64
}

/// What a schedule hands to the method it calls.
struct ScheduledCommand: Codable, Sendable {
    let userId: String
    let task: String
    let needsApproval: Bool
}

/// Tasks for later: schedules of the session's agent, which outlive the host.
extension TaskAgent {
    /// Starts a task after a delay of up to 30 days; with `needsApproval` it then waits for a person.
    distributed func scheduleTask(
        sessionId: String,
        task: String,
        delaySeconds: Double,
        apiKey: String,
        needsApproval: Bool?
    ) async throws -> ScheduledTask {
        let user = try await accounts.validate(apiKey)
        guard delaySeconds > 0, delaySeconds <= 30 * 24 * 3600 else {
            throw TaskAgentError.invalid("A delay is over 0 and at most 2592000 seconds")
        }
        return try await ownSession(sessionId, user).scheduleHere(
            ScheduledCommand(userId: user.id, task: task, needsApproval: needsApproval ?? false),
            delaySeconds: delaySeconds
        )
    }

    /// The tasks that a session will start, the oldest first.
    distributed func scheduledTasks(sessionId: String, apiKey: String) async throws -> [ScheduledTask] {
        try await ownSession(sessionId, try await accounts.validate(apiKey)).schedulesHere()
    }

    /// Takes a task back that has not started; false when there is none.
    distributed func cancelScheduledTask(sessionId: String, id: String, apiKey: String) async throws -> Bool {
        try await ownSession(sessionId, try await accounts.validate(apiKey)).cancelHere(id)
    }

    private func ownSession(_ sessionId: String, _ user: Accounts.User) async throws -> TaskAgent {
        let session = env.taskAgents.getByName(sessionId)
        guard try await session.owner() == user.id else { throw TaskAgentError.notFound("Session not found") }
        return session
    }

    // MARK: - In the session

    distributed func scheduleHere(_ command: ScheduledCommand, delaySeconds: Double) async throws -> ScheduledTask {
        let schedule = try await schedule(.delay(delaySeconds), "runScheduledTask", command)
        return ScheduledTask(id: schedule.id, task: command.task, time: schedule.time)
    }

    distributed func schedulesHere() throws -> [ScheduledTask] {
        try getSchedules().map {
            ScheduledTask(id: $0.id, task: try $0.payload.decode(ScheduledCommand.self).task, time: $0.time)
        }
    }

    distributed func cancelHere(_ id: String) async throws -> Bool { try await cancelSchedule(id) }

    /// The time of a task has come; called by its schedule.
    distributed func runScheduledTask(_ command: ScheduledCommand) async throws {
        _ = try await startTask(
            userId: command.userId,
            task: command.task,
            needsApproval: command.needsApproval
        )
    }
}
