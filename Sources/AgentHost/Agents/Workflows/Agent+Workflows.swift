internal import Distributed
public import DurableActors
public import Workflows

/// What is known of a workflow that an agent started.
public struct WorkflowInfo: Sendable {
    /// The instance's id.
    public let workflowId: String
    /// The binding it was started through.
    public let workflowName: String
    /// The status as callbacks and control calls made it; `getWorkflowStatus` asks the instance itself.
    public let status: String
    /// What was given at the start.
    public let metadata: JSONValue?
    /// Seconds since 1970.
    public let createdAt: Int64
}

extension Agent {
    private var seconds: Int64 { ctx.now / 1000 }

    /// Starts a workflow and remembers it; returns the instance's id.
    ///
    /// Durability: the row that tracks it is durable before the instance is created, and the creation is delivered again
    /// when the agent next starts if it was cut; so an id that was returned names an instance that exists.
    public func runWorkflow(
        _ binding: String,
        _ params: some Encodable & Sendable,
        id: String? = nil,
        metadata: JSONValue? = nil
    ) async throws -> String {
        let workflow = try directory.workflow(binding: binding)
        let id = id ?? "wf_" + ctx.random.token(21)
        guard try workflowRow(id) == nil else {
            throw DurableObjectError(.invalidArgument, "Workflow with ID \"\(id)\" is already being tracked")
        }
        let envelope = try AgentWorkflowEnvelope.wrap(
            params,
            agentName: name,
            agentBinding: ctx.incarnation.cell.objectClass.bindingName,
            workflowName: binding
        )
        try insert(
            WorkflowRow(
                id: ctx.random.token(21),
                workflowId: id,
                workflowName: binding,
                status: "queued",
                metadata: try metadata.map { try JSON.stringify($0) },
                createdAt: seconds,
                updatedAt: seconds
            )
        )
        try WorkflowOutbox.table.put(id, envelope, in: ctx.storage)
        try await deliver(id, envelope, to: workflow)
        return id
    }

    /// Creates an instance; one that exists already was created before the answer was cut.
    private func deliver(_ id: String, _ params: JSONValue, to workflow: any AnyWorkflow) async throws {
        do {
            _ = try await workflow.create(id: id, json: params)
        } catch let error as WorkflowError where error == .instanceAlreadyExists {
            // Created before the answer was cut.
        }
        try WorkflowOutbox.table.delete(id, in: ctx.storage)
    }

    /// Delivers creations again that were cut, in the background.
    func redeliverWorkflows() throws {
        let cut = try WorkflowOutbox.table.all(in: ctx.storage)
        guard !cut.isEmpty else { return }
        ctx.waitUntil { [self] in
            _ = try await whenLocal { agent in
                for (id, params) in cut {
                    guard let row = try agent.workflowRow(id) else { continue }
                    try await agent.deliver(id, params, to: try agent.directory.workflow(binding: row.workflowName))
                }
            }
        }
    }

    /// What the agent remembers of a workflow; nil when it did not start it.
    public func getWorkflow(_ id: String) throws -> WorkflowInfo? {
        try workflowRow(id).map {
            WorkflowInfo(
                workflowId: $0.workflowId,
                workflowName: $0.workflowName,
                status: $0.status,
                metadata: try $0.metadata.map { try JSON.parse($0) },
                createdAt: $0.createdAt
            )
        }
    }

    /// The status of the instance itself; refreshes what the agent remembers.
    public func getWorkflowStatus(_ binding: String, _ id: String) async throws -> InstanceStatus {
        let status = try await directory.workflow(binding: binding).get(id).status()
        try update(id) { row, now in
            row.status = status.status.rawValue
            row.errorName = status.error?.name
            row.errorMessage = status.error?.message
            row.completedAt = status.status.isFinite ? row.completedAt ?? now : nil
        }
        return status
    }

    /// Sends an event to an instance that waits for one of that type, now or later.
    public func sendWorkflowEvent(_ binding: String, _ id: String, type: String, payload: JSONValue) async throws {
        try await directory.workflow(binding: binding).get(id).sendEvent(type: type, payload: payload)
    }

    /// Lets a workflow go on that waits for approval.
    public func approveWorkflow(_ id: String, reason: String? = nil, metadata: JSONValue? = nil) async throws {
        try await decide(id, Approval(approved: true, reason: reason, metadata: metadata))
    }

    /// Ends a workflow that waits for approval.
    public func rejectWorkflow(_ id: String, reason: String? = nil) async throws {
        try await decide(id, Approval(approved: false, reason: reason, metadata: nil))
    }

    private func decide(_ id: String, _ approval: Approval) async throws {
        guard let row = try workflowRow(id) else {
            throw DurableObjectError(.notFound, "Workflow \(id) not found in tracking table")
        }
        try await sendWorkflowEvent(row.workflowName, id, type: "approval", payload: try JSONValue(encoding: approval))
    }

    /// Ends an instance at once and refreshes what the agent remembers.
    public func terminateWorkflow(_ id: String) async throws {
        guard let row = try workflowRow(id) else {
            throw DurableObjectError(.notFound, "Workflow \(id) not found in tracking table")
        }
        try await directory.workflow(binding: row.workflowName).get(id).terminate()
        _ = try await getWorkflowStatus(row.workflowName, id)
    }

    /// Takes a callback of a workflow: the row first, then the hook.
    func receive(_ callback: WorkflowCallback) async throws {
        try await ensureStarted()
        let (name, id) = (callback.workflowName, callback.workflowId)
        switch callback.kind {
        case .progress(let progress):
            // The row is written only when the status changes, so progress does not wait for the disk.
            try update(id) { row, _ in if ["queued", "waiting"].contains(row.status) { row.status = "running" } }
            try await onWorkflowProgress(name, id, progress)
        case .complete(let result):
            try update(id) { row, now in
                guard !["terminated", "paused"].contains(row.status) else { return }
                row.status = "complete"
                row.completedAt = now
            }
            try await onWorkflowComplete(name, id, result)
        case .error(let message):
            try update(id) { row, now in
                guard !["terminated", "paused"].contains(row.status) else { return }
                row.status = "errored"
                row.errorName = "WorkflowError"
                row.errorMessage = message
                row.completedAt = now
            }
            try await onWorkflowError(name, id, message)
        case .event(let event):
            try await onWorkflowEvent(name, id, event)
        case .broadcast(let message):
            try broadcast(message.description)
        }
    }

    private func update(_ id: String, _ change: (inout WorkflowRow, _ now: Int64) -> Void) throws {
        guard var row = try workflowRow(id) else { return }
        let before = row.status
        change(&row, seconds)
        guard row.status != before else { return }
        row.updatedAt = seconds
        try update(row)
    }
}

/// The payload of an approval event.
struct Approval: Codable, Sendable {
    let approved: Bool
    let reason: String?
    let metadata: JSONValue?
}
