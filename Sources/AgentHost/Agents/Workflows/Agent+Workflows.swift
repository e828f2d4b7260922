internal import Distributed
public import DurableActors
public import Workflows

extension Agent {
    /// Starts a workflow and remembers it.
    ///
    /// Durability: the row that tracks it is durable before the instance is created, and the creation is delivered again
    /// when the agent next starts if it was cut; so an id that was returned names an instance that exists.
    ///
    /// - Parameters:
    ///   - binding: The workflow's binding.
    ///   - params: What `run` gets; an object.
    ///   - id: The instance's id; a random one unless given.
    ///   - metadata: What the agent remembers beside it.
    ///   - retention: How long the instance is kept after its end.
    ///   - timeout: How long the instance may last before it is terminated, of which no hook is told.
    /// - Returns: The instance's id.
    /// - Throws: `DurableObjectError` for an unknown binding or an id that is tracked, `DecodingError` for parameters that
    ///   are not the workflow's, `WorkflowError` of the creation; after the last two nothing is remembered.
    public func runWorkflow(
        _ binding: String,
        _ params: some Encodable & Sendable,
        id: String? = nil,
        metadata: JSONValue? = nil,
        retention: WorkflowRetention? = nil,
        timeout: WorkflowTimeout? = nil
    ) async throws -> String {
        let workflow = try directory.workflow(binding: binding)
        let id = id ?? "wf_" + ctx.random.token(21)
        guard try workflowRow(id) == nil else {
            throw DurableObjectError(.invalidArgument, "Workflow with ID \"\(id)\" is already being tracked")
        }
        let envelope = try AgentWorkflowOrigin(
            agentName: name,
            agentBinding: ctx.incarnation.cell.objectClass.bindingName,
            workflowName: binding
        ).wrap(params)
        let now = ctx.now / 1000
        try insert(
            WorkflowRow(
                id: ctx.random.token(21),
                workflowId: id,
                workflowName: binding,
                status: .queued,
                metadata: try metadata.map { try JSON.stringify($0) },
                createdAt: now,
                updatedAt: now
            )
        )
        try WorkflowOutbox.table.put(id, envelope, in: ctx.storage)
        if let retention { try WorkflowOutbox.retentions.put(id, retention, in: ctx.storage) }
        if let timeout { try WorkflowOutbox.timeouts.put(id, timeout, in: ctx.storage) }
        do {
            _ = try await workflow.create(id: id, json: envelope, retention: retention, timeout: timeout)
        } catch let refusal where refusal is WorkflowError || refusal is DecodingError {
            try WorkflowOutbox.delete(id, in: ctx.storage)
            try deleteWorkflow(id)
            throw refusal
        }
        try WorkflowOutbox.delete(id, in: ctx.storage)
        emit("workflow:start", ["workflowId": .string(id), "workflowName": .string(binding)])
        return id
    }

    /// Delivers creations again that were cut, in the background.
    func redeliverWorkflows() throws {
        let cut = try WorkflowOutbox.table.all(in: ctx.storage)
        guard !cut.isEmpty else { return }
        ctx.waitUntil { [self] in
            _ = try await whenLocal { agent in
                for (id, params) in cut {
                    do {
                        try await agent.redeliver(id, params)
                    } catch {
                        // Of one alone: it is tried again at the next start.
                        try agent.ctx.incarnation.check()
                        agent.log.error("The workflow \(id) could not be created: \(error)")
                    }
                }
            }
        }
    }

    private func redeliver(_ id: String, _ params: JSONValue) async throws {
        if let row = try workflowRow(id) {
            do {
                _ = try await directory.workflow(binding: row.workflowName).create(
                    id: id,
                    json: params,
                    retention: try WorkflowOutbox.retentions.get(id, in: ctx.storage),
                    timeout: try WorkflowOutbox.timeouts.get(id, in: ctx.storage)
                )
            } catch WorkflowError.instanceAlreadyExists {
                // Created before the answer was cut.
            }
        }
        try WorkflowOutbox.delete(id, in: ctx.storage)
    }

    /// Sends an event to an instance that waits for one of that type, now or later.
    ///
    /// A passing trouble of the runtime is tried again, twice at most.
    public func sendWorkflowEvent(_ binding: String, _ id: String, type: String, payload: JSONValue) async throws {
        let instance = try await directory.workflow(binding: binding).get(id)
        let policy = try RetryPolicy(
            RetryOptions(maxAttempts: 3, baseDelayMs: 200, maxDelayMs: 3000),
            defaults: RetryOptions()
        )
        try await run(policy, { error, _ in RoutingRetry.isWorthwhile(error) }) { _ in
            try await instance.sendEvent(type: type, payload: payload)
        }
        emit("workflow:event", ["workflowId": .string(id), "eventType": .string(type)])
    }

    /// Lets a workflow go on that waits for approval.
    public func approveWorkflow(_ id: String, reason: String? = nil, metadata: JSONValue? = nil) async throws {
        try await decide(id, "approved", Approval(approved: true, reason: reason, metadata: metadata))
    }

    /// Ends a workflow that waits for approval.
    public func rejectWorkflow(_ id: String, reason: String? = nil) async throws {
        try await decide(id, "rejected", Approval(approved: false, reason: reason, metadata: nil))
    }

    private func decide(_ id: String, _ event: String, _ approval: Approval) async throws {
        let binding = try trackedWorkflow(id).workflowName
        try await sendWorkflowEvent(binding, id, type: "approval", payload: try JSONValue(encoding: approval))
        var payload: JSONObject = ["workflowId": .string(id)]
        if let reason = approval.reason { payload["reason"] = .string(reason) }
        emit("workflow:\(event)", payload)
    }
}

/// The payload of an approval event.
struct Approval: Codable, Sendable {
    let approved: Bool
    let reason: String?
    let metadata: JSONValue?
}
