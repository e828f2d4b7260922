internal import DurableActors

/// A handle on one instance of a workflow; it keeps nothing in memory.
public struct WorkflowInstance: Sendable {
    /// The instance's id.
    public let id: String
    private let workflow: WorkflowClass

    init(id: String, workflow: WorkflowClass) {
        self.id = id
        self.workflow = workflow
    }

    /// Where the instance stands, read from what is durable.
    public func status() async throws -> InstanceStatus {
        try InstanceStatus(try await workflow.status(id), workflow.definition)
    }

    /// Sends an event to the instance; returns once it is durable, whoever takes it when.
    ///
    /// - Parameters:
    ///   - type: Up to 100 letters, digits, `_` and `-`.
    ///   - payload: What the wait gets, at most 1 MiB encoded.
    /// - Throws: `WorkflowError.instanceNotFound`, `.cannotSendEvent` after the instance's end, `.invalidEventType`.
    public func sendEvent(type: String, payload: some Codable & Sendable = NoValue()) async throws {
        guard WorkflowNames.isEventType(type) else { throw WorkflowError.invalidEventType }
        let bytes = try EventPayload.encode(payload)
        guard bytes.count - 1 <= workflow.definition.limits.valueBytes else {
            throw WorkflowError(
                "The payload of the event is larger than \(workflow.definition.limits.valueBytes) bytes"
            )
        }
        try await workflow.engine(id).sendEvent(type, bytes)
    }

    /// Ends the instance at once, without asking its code; throws `WorkflowError.cannotTerminate` after its end.
    public func terminate() async throws {
        try await workflow.engine(id).terminate()
    }
}

/// A registered workflow as bindings and handles share it.
struct WorkflowClass: Sendable {
    let definition: WorkflowDefinition
    let namespace: DurableObjectNamespace<WorkflowEngine>

    func engine(_ id: String) -> WorkflowEngine { namespace.getByName(id) }

    func create(_ id: String?, _ params: [UInt8]) async throws -> WorkflowInstance {
        let id = id ?? namespace.host.world.random.uuid()
        guard WorkflowNames.isNewInstanceId(id) else { throw WorkflowError.invalidId }
        guard params.count <= definition.limits.valueBytes else {
            throw WorkflowError("The parameters are larger than \(definition.limits.valueBytes) bytes")
        }
        try await engine(id).create(id, params)
        return WorkflowInstance(id: id, workflow: self)
    }

    /// Asks once more when the object was reset meanwhile, as by the termination of the instance.
    func status(_ id: String) async throws -> StatusReport {
        do {
            return try await engine(id).status()
        } catch let error as DurableObjectError where error.durableObjectReset {
            return try await engine(id).status()
        }
    }

    func get(_ id: String) async throws -> WorkflowInstance {
        guard WorkflowNames.isInstanceId(id) else { throw WorkflowError.instanceNotFound }
        _ = try await status(id)
        return WorkflowInstance(id: id, workflow: self)
    }
}
