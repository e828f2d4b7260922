public import DurableActors

/// `env.MY_WORKFLOW`: creates and finds instances of one workflow.
public struct Workflow<W: WorkflowEntrypoint>: AnyWorkflow {
    let workflow: WorkflowClass

    init(_ workflow: WorkflowClass) { self.workflow = workflow }

    /// The name under which the workflow is registered.
    public var name: String { workflow.definition.name }

    /// Creates an instance; returns once it is durably queued, whatever `run` will do.
    ///
    /// - Parameters:
    ///   - id: Up to 100 letters, digits, `_` and `-`; a random one unless given.
    ///   - params: What `run` gets, at most 1 MiB encoded.
    ///   - retention: How long the instance is kept after its end.
    ///   - timeout: How long the instance may last before it is terminated; nil for any time.
    ///   - locationHint: Accepted and without effect.
    /// - Returns: A handle on the instance.
    /// - Throws: `WorkflowError.instanceAlreadyExists`, whatever became of that instance, `.invalidId` or
    ///   `.tooManyInstances`.
    public func create(
        id: String? = nil,
        params: W.Params,
        retention: WorkflowRetention? = nil,
        timeout: WorkflowTimeout? = nil,
        locationHint: DurableObjectLocationHint? = nil
    ) async throws -> WorkflowInstance {
        try await workflow.create(id, try workflow.creation(try ValueCodec.encode(params), retention, timeout))
    }

    /// Creates an instance with parameters given as JSON; throws when they are not those of the workflow.
    public func create(
        id: String?,
        json params: JSONValue,
        retention: WorkflowRetention?,
        timeout: WorkflowTimeout?
    ) async throws -> WorkflowInstance {
        let bytes = try workflow.definition.newest.encodeParams(params)
        return try await workflow.create(id, try workflow.creation(bytes, retention, timeout))
    }

    /// A handle on an instance; throws `WorkflowError.instanceNotFound` when there is none.
    public func get(_ id: String) async throws -> WorkflowInstance { try await workflow.get(id) }

    /// Registers an older version of the code, for the instances that were created for it; beyond the original.
    ///
    /// An instance keeps the version that was the newest at its creation for ever; where that is not registered any more
    /// the newest goes on with it.
    public func register<Old: WorkflowEntrypoint>(
        _ type: Old.Type,
        version: String,
        env: @escaping @autoclosure @Sendable () throws -> Old.Env
    ) throws {
        let definition = workflow.definition
        try definition.add(WorkflowRunner(type, version: version, limits: definition.limits, env: env))
    }

    /// Creates a child, or finds the one that was created before its parent could note it.
    func createChild(_ id: String, _ params: W.Params, _ parent: ParentLink) async throws -> String {
        var creation = try workflow.creation(try ValueCodec.encode(params), nil, nil)
        creation.parent = parent
        do {
            return try await workflow.create(checked: id, creation).id
        } catch WorkflowError.instanceAlreadyExists {
            return id
        }
    }
}

extension Workflow where W.Params == NoValue {
    /// Creates an instance of a workflow without parameters.
    public func create(id: String? = nil) async throws -> WorkflowInstance {
        try await create(id: id, params: NoValue())
    }
}

/// A workflow's binding without its types, for those who find bindings by name.
public protocol AnyWorkflow: Sendable {
    /// The name under which the workflow is registered.
    var name: String { get }
    /// Creates an instance with parameters given as JSON; a nil id means a random one.
    func create(
        id: String?,
        json params: JSONValue,
        retention: WorkflowRetention?,
        timeout: WorkflowTimeout?
    ) async throws -> WorkflowInstance
    /// A handle on an instance; throws `WorkflowError.instanceNotFound` when there is none.
    func get(_ id: String) async throws -> WorkflowInstance
    /// Registers an older version of the code, for the instances that were created for it; beyond the original.
    func register<Old: WorkflowEntrypoint>(
        _ type: Old.Type,
        version: String,
        env: @escaping @autoclosure @Sendable () throws -> Old.Env
    ) throws
}

extension AnyWorkflow {
    /// Creates an instance that may last for any time, and is kept after its end as long as the workflow's limits say.
    public func create(id: String?, json params: JSONValue) async throws -> WorkflowInstance {
        try await create(id: id, json: params, retention: nil, timeout: nil)
    }
}
