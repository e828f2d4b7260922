internal import Distributed
internal import DurableActors
public import Workflows

extension Agent {
    /// The status of the instance itself; refreshes what the agent remembers.
    public func getWorkflowStatus(_ binding: String, _ id: String) async throws -> InstanceStatus {
        let status = try await directory.workflow(binding: binding).get(id).status()
        try track(id) { row, now in
            row.status = status.status
            row.errorName = status.error?.name
            row.errorMessage = status.error?.message
            row.completedAt = status.status.isFinite ? row.completedAt ?? now : nil
        }
        return status
    }

    /// Ends an instance at once and refreshes what the agent remembers; throws after the instance's end.
    public func terminateWorkflow(_ id: String) async throws {
        try await control(id, "terminated") { try await $0.terminate() }
    }

    /// Pauses an instance, once the attempts that run have ended, and refreshes what the agent remembers.
    public func pauseWorkflow(_ id: String) async throws {
        try await control(id, "paused") { try await $0.pause() }
    }

    /// Lets a paused instance go on and refreshes what the agent remembers.
    public func resumeWorkflow(_ id: String) async throws {
        try await control(id, "resumed") { try await $0.resume() }
    }

    /// Begins an instance anew with the same parameters, whatever became of it.
    ///
    /// What the agent remembers is as after a start; without `resetTracking` its times are kept.
    public func restartWorkflow(_ id: String, resetTracking: Bool = true) async throws {
        try await control(id, "restarted", resetTracking: resetTracking) { try await $0.restart() }
    }

    private func control(
        _ id: String,
        _ event: String,
        resetTracking: Bool = false,
        _ act: @Sendable (WorkflowInstance) async throws -> Void
    ) async throws {
        let binding = try trackedWorkflow(id).workflowName
        try await act(directory.workflow(binding: binding).get(id))
        if resetTracking {
            try track(id) { row, now in
                row.status = .queued
                row.errorName = nil
                row.errorMessage = nil
                row.createdAt = now
                row.completedAt = nil
            }
        } else {
            _ = try await getWorkflowStatus(binding, id)
        }
        emit("workflow:\(event)", ["workflowId": .string(id), "workflowName": .string(binding)])
    }
}
