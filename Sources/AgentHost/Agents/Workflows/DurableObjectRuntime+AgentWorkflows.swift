internal import Distributed
public import DurableActors
public import Workflows

extension DurableObjectRuntime {
    /// Registers a workflow of an agent under a binding, by which `runWorkflow` finds it.
    ///
    /// - Parameters:
    ///   - type: The workflow.
    ///   - binding: The name under which agents find it.
    ///   - name: Its name on disk for ever.
    ///   - version: The version of the code, which new instances keep.
    ///   - limits: Bounds and defaults of its instances.
    ///   - agents: The agents that start it.
    ///   - env: What the workflow is given; asked for at the start of each lifetime.
    /// - Returns: The binding; an instance that is created through it has no agent and fails.
    /// - Throws: As `registerWorkflow`.
    @discardableResult
    public func registerAgentWorkflow<Subject: AgentWorkflow>(
        _ type: Subject.Type,
        binding: String,
        name: String,
        version: String = "",
        limits: WorkflowLimits = WorkflowLimits(),
        agents: DurableObjectNamespace<Subject.AgentType>,
        env: @escaping @Sendable () throws -> Subject.Env
    ) throws -> any AnyWorkflow {
        let directory = AgentDirectory.of(core)
        let workflow = try registerWorkflow(
            AgentWorkflowAdapter<Subject>.self,
            binding: binding,
            name: name,
            version: version,
            limits: limits,
            env: .init(agents: agents, directory: directory, make: env)
        )
        directory.add(workflow, binding: binding)
        return workflow
    }

    /// Registers older code of an agent's workflow, for the instances that were started with it; beyond the original.
    ///
    /// An instance keeps the version that was the newest at its start; where that is not registered any more the newest
    /// goes on with it. Throws for a binding that is not registered and for a version that is registered already.
    public func registerAgentWorkflow<Old: AgentWorkflow>(
        _ type: Old.Type,
        binding: String,
        olderVersion version: String,
        agents: DurableObjectNamespace<Old.AgentType>,
        env: @escaping @Sendable () throws -> Old.Env
    ) throws {
        let directory = AgentDirectory.of(core)
        try directory.workflow(binding: binding).register(
            AgentWorkflowAdapter<Old>.self,
            version: version,
            env: .init(agents: agents, directory: directory, make: env)
        )
    }
}
