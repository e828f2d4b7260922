public import DurableActors

/// `env.MY_WORKFLOW`: creates and finds instances of one workflow.
public struct Workflow<W: WorkflowEntrypoint>: AnyWorkflow {
    private let workflow: WorkflowClass

    init(_ workflow: WorkflowClass) { self.workflow = workflow }

    /// The name under which the workflow is registered.
    public var name: String { workflow.definition.name }

    /// Creates an instance; returns once it is durably queued, whatever `run` will do.
    ///
    /// - Parameters:
    ///   - id: Up to 100 letters, digits, `_` and `-`; a random one unless given.
    ///   - params: What `run` gets, at most 1 MiB encoded.
    /// - Returns: A handle on the instance.
    /// - Throws: `WorkflowError.instanceAlreadyExists`, whatever became of that instance, or `.invalidId`.
    public func create(id: String? = nil, params: W.Params) async throws -> WorkflowInstance {
        try await workflow.create(id, try ValueCodec.encode(params))
    }

    /// Creates an instance with parameters given as JSON; throws when they are not those of the workflow.
    public func create(id: String?, json params: JSONValue) async throws -> WorkflowInstance {
        try await workflow.create(id, try workflow.definition.encodeParams(params))
    }

    /// A handle on an instance; throws `WorkflowError.instanceNotFound` when there is none.
    public func get(_ id: String) async throws -> WorkflowInstance { try await workflow.get(id) }
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
    func create(id: String?, json params: JSONValue) async throws -> WorkflowInstance
    /// A handle on an instance; throws `WorkflowError.instanceNotFound` when there is none.
    func get(_ id: String) async throws -> WorkflowInstance
}
