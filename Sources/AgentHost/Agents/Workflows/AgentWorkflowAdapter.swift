internal import Distributed
public import DurableActors
public import Workflows

/// Runs an agent's workflow on the engine: takes the agent's identity out of the parameters and tells it of an error.
struct AgentWorkflowAdapter<Subject: AgentWorkflow>: WorkflowEntrypoint {
    struct Environment: Sendable {
        let agents: DurableObjectNamespace<Subject.AgentType>
        let directory: AgentDirectory
        let make: @Sendable () throws -> Subject.Env
    }

    let ctx: WorkflowContext
    let env: Environment

    init(ctx: WorkflowContext, env: Environment) {
        self.ctx = ctx
        self.env = env
    }

    func run(_ event: WorkflowEvent<JSONValue>, _ step: WorkflowStep) async throws -> Subject.Output {
        let envelope = try AgentWorkflowEnvelope(event.payload)
        let link = AgentLink(
            entry: try env.directory.agent(binding: envelope.agentBinding),
            agentName: envelope.agentName,
            workflowName: envelope.workflowName,
            workflowId: event.instanceId,
            world: env.agents.host.world
        )
        let context = AgentWorkflowContext(
            workflowId: event.instanceId,
            workflowName: envelope.workflowName,
            agent: try await getAgentByName(env.agents, envelope.agentName),
            link: link
        )
        let subject = Subject(ctx: context, env: try env.make())
        let agentStep = AgentWorkflowStep(step: step, link: link)
        let own = WorkflowEvent(
            payload: try envelope.params.decode(Subject.Params.self),
            timestamp: event.timestamp,
            instanceId: event.instanceId,
            workflowName: envelope.workflowName
        )
        do {
            return try await subject.run(own, agentStep)
        } catch {
            if !(error is WorkflowSuspension), !agentStep.hasReportedError {
                // Silence is right: a failed notification never hides the error itself.
                try? await link.report(.error(WorkflowError(erasing: error).message))
            }
            throw error
        }
    }
}

/// A workflow's parameters with the identity of the agent that started it.
struct AgentWorkflowEnvelope {
    let params: JSONValue
    let agentName: String
    let agentBinding: String
    let workflowName: String

    /// The members of the parameters that `run` does not see.
    private static let identity: Set = ["__agentName", "__agentBinding", "__workflowName", "__agentOrigin"]

    static func wrap(
        _ params: some Encodable,
        agentName: String,
        agentBinding: String,
        workflowName: String
    ) throws -> JSONValue {
        guard case .object(var object) = try JSONValue(encoding: params) else {
            throw DurableObjectError.typeError("The parameters of an agent's workflow are an object.")
        }
        object["__agentName"] = .string(agentName)
        object["__agentBinding"] = .string(agentBinding)
        object["__workflowName"] = .string(workflowName)
        return .object(object)
    }

    init(_ payload: JSONValue) throws {
        guard case .object(let object) = payload, let agentName = object["__agentName"]?.string,
            let agentBinding = object["__agentBinding"]?.string, let workflowName = object["__workflowName"]?.string
        else {
            throw DurableObjectError(
                .invalidArgument,
                """
                AgentWorkflow requires __agentName, __agentBinding, and __workflowName in params. Use \
                agent.runWorkflow() to start workflows with proper agent context.
                """
            )
        }
        var params = JSONObject()
        for (key, value) in object where !Self.identity.contains(key) { params[key] = value }
        self.params = .object(params)
        self.agentName = agentName
        self.agentBinding = agentBinding
        self.workflowName = workflowName
    }
}

extension DurableObjectRuntime {
    /// Registers a workflow of an agent under a binding, by which `runWorkflow` finds it.
    ///
    /// `name` names it on disk for ever. `limits` bound its instances. `env` is asked for at the start of each lifetime. An
    /// instance that is created through the returned binding has no agent and fails.
    @discardableResult
    public func registerAgentWorkflow<Subject: AgentWorkflow>(
        _ type: Subject.Type,
        binding: String,
        name: String,
        limits: WorkflowLimits = WorkflowLimits(),
        agents: DurableObjectNamespace<Subject.AgentType>,
        env: @escaping @Sendable () throws -> Subject.Env
    ) throws -> any AnyWorkflow {
        let directory = AgentDirectory.of(core)
        let environment = AgentWorkflowAdapter<Subject>.Environment(agents: agents, directory: directory, make: env)
        let workflow = try registerWorkflow(
            AgentWorkflowAdapter<Subject>.self,
            binding: binding,
            name: name,
            limits: limits,
            env: environment
        )
        directory.add(workflow, binding: binding)
        return workflow
    }
}
