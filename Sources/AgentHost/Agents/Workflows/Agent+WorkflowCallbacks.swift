internal import Distributed
internal import DurableActors
internal import Workflows

extension Agent {
    /// What `super.onWorkflowCallback(callback)` is in TypeScript: changes the workflow's row, then calls the hook.
    ///
    /// The hook is called whether or not the row has changed or is there.
    public func defaultOnWorkflowCallback(_ callback: WorkflowCallback) async throws {
        let (name, id) = (callback.workflowName, callback.workflowId)
        switch callback.kind {
        case .progress(let progress):
            // Written only when the status changes, so progress does not wait for the disk.
            try track(id) { row, _ in if [.queued, .waiting].contains(row.status) { row.status = .running } }
            try await onWorkflowProgress(name, id, progress)
        case .complete(let result):
            try trackEnd(id) { row in row.status = .complete }
            try await onWorkflowComplete(name, id, result)
        case .error(let message):
            try trackEnd(id) { row in
                row.status = .errored
                row.errorName = "WorkflowError"
                row.errorMessage = message
            }
            try await onWorkflowError(name, id, message)
        case .event(let event):
            try await onWorkflowEvent(name, id, event)
        }
    }

    /// Changes a row by what a workflow says of its end; one that a control call has ended or held stays.
    private func trackEnd(_ id: String, _ change: (inout WorkflowRow) -> Void) throws {
        try track(id) { row, now in
            guard row.status != .terminated, row.status != .paused else { return }
            change(&row)
            row.completedAt = now
        }
    }

    /// Does what a workflow asks for, once the agent has started.
    func receive(_ message: AgentMessage) async throws {
        try await ensureStarted()
        try await entering {
            switch message {
            case .callback(let callback): try await onWorkflowCallback(callback)
            // The SDK's clients fail on a message that is null.
            case .broadcast(let value): if !value.isNull { try broadcast(JSON.stringify(value)) }
            case .setState(let value): try setState(value.decode(State.self))
            case .mergeState(let part): try setState(merged(part))
            case .resetState: try setState(Self.initialState)
            }
        }
    }

    private func merged(_ part: JSONObject) throws -> State {
        var members = JSONObject()
        if case .object(let kept) = try JSONValue(encoding: try state) { members = kept }
        for (key, value) in part { members[key] = value }
        return try JSONValue.object(members).decode(State.self)
    }
}
