internal import Distributed
public import DurableActors
internal import Locks
internal import Workflows

/// The agents and workflows of a host by binding, for routing and for what one calls of the other by name.
final class AgentDirectory: Sendable {
    /// One class of agents.
    struct Entry: Sendable {
        let bindingName: String
        let fetch: @Sendable (_ name: String, Request, _ props: JSONValue?) async throws -> Response
        let tell: @Sendable (_ name: String, AgentMessage) async throws -> Void
    }

    private struct State {
        var agents: [Entry] = []
        var workflows: [String: any AnyWorkflow] = [:]
        var observability: (any AgentObservability)?
    }

    private let state = Mutex(State())

    static func of(_ host: HostCore) -> AgentDirectory {
        host.part(AgentDirectory.self) { AgentDirectory() }
    }

    func add<Subject: Agent>(_ namespace: DurableObjectNamespace<Subject>) {
        let entry = Entry(
            bindingName: namespace.bindingName,
            fetch: { name, request, props in
                let agent = namespace.getByName(name)
                return try await agent.id.cell.here {
                    try await agent.enter(named: "fetch") { try await $0.fetchForNode(request, props) }
                } elsewhere: {
                    try await agent.fetchForNode(request, props)
                }
            },
            tell: { name, message in
                let agent = namespace.getByName(name)
                try await agent.id.cell.here {
                    try await agent.enter { try await $0.receive(message) }
                } elsewhere: {
                    try await agent.receiveForNode(message)
                }
            }
        )
        state.withLock { $0.agents.append(entry) }
    }

    func add(_ workflow: any AnyWorkflow, binding: String) {
        state.withLock { $0.workflows[binding] = workflow }
    }

    func workflow(binding: String) throws -> any AnyWorkflow {
        guard let workflow = state.withLock({ $0.workflows[binding] }) else {
            throw DurableObjectError(.notFound, "Workflow binding '\(binding)' not found in environment")
        }
        return workflow
    }

    func hasWorkflow(binding: String) -> Bool { state.withLock { $0.workflows[binding] != nil } }

    /// The agents of a URL's segment; of two bindings with one kebab form the later wins.
    func agent(segment: String) -> Entry? {
        state.withLock { $0.agents.last { KebabCase.convert($0.bindingName) == segment } }
    }

    func agent(binding: String) throws -> Entry {
        guard let entry = state.withLock({ $0.agents.last { $0.bindingName == binding } }) else {
            throw DurableObjectError(.notFound, "Agent binding '\(binding)' not found in environment")
        }
        return entry
    }

    var observability: (any AgentObservability)? { state.withLock { $0.observability } }

    func observe(_ observability: (any AgentObservability)?) { state.withLock { $0.observability = observability } }
}

extension Agent {
    /// Runs a closure inside the agent behind a stub, as an event of its own.
    nonisolated func enter<Result: Sendable>(
        named event: String = "event",
        _ body: @escaping @Sendable (isolated Self) async throws -> Result
    ) async throws -> Result {
        try await id.cell.run(named: event) { incarnation in
            guard let agent = incarnation.object as? Self,
                let result = try await agent.whenLocal({ try await body($0) })
            else { preconditionFailure("A stub of an agent leads to an agent of its class.") }
            return result
        }
    }
}

/// What the framework asks of an agent that may be on another node: calls like any other there.
extension Agent {
    distributed func fetchForNode(_ request: Request, _ props: JSONValue?) async throws -> Response {
        if let props { core.props = props }
        return try await fetch(request)
    }

    distributed func startForNode(_ props: JSONValue?) async throws {
        if let props { core.props = props }
        try await ensureStarted()
    }

    distributed func receiveForNode(_ message: AgentMessage) async throws { try await receive(message) }
}

extension DurableObjectRuntime {
    /// Registers a class of agents: routed by its binding's kebab form, found by its workflows under its binding.
    ///
    /// `uniqueKey` names the class on disk for ever: keep it when the type or the binding is renamed.
    public func registerAgent<Subject: Agent>(
        _ type: Subject.Type,
        binding: String,
        uniqueKey: String,
        environment: Subject.Env? = nil
    ) throws -> DurableObjectNamespace<Subject> {
        let namespace = try register(type, binding: binding, uniqueKey: uniqueKey, environment: environment)
        AgentDirectory.of(core).add(namespace)
        return namespace
    }
}

extension DurableObjectNamespace {
    /// Delivers a request to the object with that id.
    public func fetch(_ id: DurableObjectId, _ request: Request) async throws -> Response {
        let object = try get(id)
        let cell = object.id.cell
        return try await cell.here {
            try await cell.fetch(request)
        } elsewhere: {
            try await object.fetch(request)
        }
    }
}
