internal import DurableActors

/// A registered workflow as bindings and handles share it.
struct WorkflowClass: Sendable {
    let definition: WorkflowDefinition
    let namespace: DurableObjectNamespace<WorkflowEngine>

    func engine(_ id: String) -> WorkflowEngine { namespace.getByName(id) }

    func create(_ id: String?, _ creation: Creation) async throws -> WorkflowInstance {
        let id = id ?? namespace.host.world.random.uuid()
        guard WorkflowNames.isNewInstanceId(id) else { throw WorkflowError.invalidId }
        return try await create(checked: id, creation)
    }

    /// Creates an instance under an id that a schedule or a parent has made.
    func create(checked id: String, _ creation: Creation) async throws -> WorkflowInstance {
        guard creation.params.count <= definition.limits.valueBytes else {
            throw WorkflowError("The parameters are larger than \(definition.limits.valueBytes) bytes")
        }
        try await engine(id).create(id, creation)
        definition.plans.note(id)
        return WorkflowInstance(id: id, workflow: self)
    }

    func creation(
        _ params: [UInt8],
        _ retention: WorkflowRetention?,
        _ timeout: WorkflowTimeout?
    ) throws(WorkflowError) -> Creation {
        Creation(
            params: params,
            successRetention: try retention?.success.map { length throws(WorkflowError) in
                try Self.milliseconds(length, "retention")
            },
            errorRetention: try retention?.error.map { length throws(WorkflowError) in
                try Self.milliseconds(length, "retention")
            },
            timeout: try timeout.map { timeout throws(WorkflowError) in
                let length = try Self.milliseconds(timeout.after, "timeout")
                guard length > 0 else { throw WorkflowError("A timeout must be more than zero") }
                return TimeLimit(milliseconds: length, rollsBack: timeout.rollback)
            }
        )
    }

    /// The longest that an instance may be kept or be given, in milliseconds: a hundred years.
    private static let longest: Int64 = 3_155_760_000_000

    private static func milliseconds(_ duration: WorkflowDuration, _ what: String) throws(WorkflowError) -> Int64 {
        guard let length = duration.milliseconds, 0...longest ~= length else {
            throw WorkflowError("A \(what) is not a valid duration, or one of more than a hundred years")
        }
        return length
    }

    func get(_ id: String) async throws -> WorkflowInstance {
        guard WorkflowNames.isInstanceId(id) else { throw WorkflowError.instanceNotFound }
        _ = try await engine(id).status()
        return WorkflowInstance(id: id, workflow: self)
    }

    /// Removes an instance with all it keeps.
    func delete(_ id: String) async throws {
        guard WorkflowNames.isInstanceId(id) else { throw WorkflowError.invalidInstanceId }
        _ = try await engine(id).status()
        let cell = engine(id).id.cell
        try await cell.delete()
        definition.plans.forget(id)
        // An instance that deletes itself does not go on.
        if let own = CurrentObject.incarnation, own.cell === cell { throw WorkflowSuspension() }
    }

    /// Tells a parent of its child's end; false when it is to be tried again.
    func tell(_ parent: ParentLink, _ report: StatusReport) async -> Bool {
        do {
            try await engine(parent.id).sendEvent(parent.eventType, try ValueCodec.encode(report))
            return true
        } catch is WorkflowError {
            // The parent is gone or has ended.
            return true
        } catch {
            return false
        }
    }
}

/// How long an instance is kept after its end.
public struct WorkflowRetention: Codable, Sendable, Hashable {
    /// After `complete`; nil for what the workflow's limits say.
    public var success: WorkflowDuration?
    /// After `errored` and `terminated`; nil for what the workflow's limits say.
    public var error: WorkflowDuration?

    /// Makes a retention.
    public init(success: WorkflowDuration? = nil, error: WorkflowDuration? = nil) {
        self.success = success
        self.error = error
    }
}
