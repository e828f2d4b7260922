internal import Distributed
internal import DurableActors
internal import Workflows

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

    func run(
        _ event: WorkflowEvent<AgentWorkflowParams<Subject.Params>>,
        _ step: WorkflowStep
    ) async throws -> Subject.Output {
        guard let (origin, params) = event.payload.started else { throw AgentWorkflowOrigin.isMissing }
        let link = AgentLink(
            entry: try env.directory.agent(binding: origin.agentBinding),
            agentName: origin.agentName,
            workflowName: origin.workflowName,
            workflowId: event.instanceId,
            world: env.agents.host.world
        )
        let context = AgentWorkflowContext(
            workflowId: event.instanceId,
            workflowName: origin.workflowName,
            agent: try await getAgentByName(env.agents, origin.agentName),
            link: link
        )
        let subject = Subject(ctx: context, env: try env.make())
        let agentStep = AgentWorkflowStep(step: step, link: link)
        let own = WorkflowEvent(
            payload: params,
            timestamp: event.timestamp,
            instanceId: event.instanceId,
            workflowName: origin.workflowName
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
