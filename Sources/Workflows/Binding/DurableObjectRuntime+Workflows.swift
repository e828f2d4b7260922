public import DurableActors

extension DurableObjectRuntime {
    /// Registers a workflow; to be done before `start`, which resumes the instances that were running.
    ///
    /// - Parameters:
    ///   - type: The workflow.
    ///   - binding: The name under which other code finds it.
    ///   - name: Its name on disk for ever: up to 64 letters, digits, `_` and `-`.
    ///   - limits: Bounds and defaults of its instances.
    ///   - env: What the workflow is given; evaluated when a lifetime begins, so it may name later registrations.
    /// - Returns: The typed binding.
    /// - Throws: `WorkflowError` for a malformed name or bound; `DurableObjectError` when either name is taken.
    public func registerWorkflow<W: WorkflowEntrypoint>(
        _ type: W.Type,
        binding: String,
        name: String,
        limits: WorkflowLimits = WorkflowLimits(),
        env: @escaping @autoclosure @Sendable () throws -> W.Env
    ) throws -> Workflow<W> {
        guard WorkflowNames.isWorkflowName(name) else { throw WorkflowError("Workflow has invalid name \"\(name)\"") }
        guard 1...WorkflowLimits.mostSteps ~= limits.steps else {
            throw WorkflowError("The limit of steps must be between 1 and \(WorkflowLimits.mostSteps)")
        }
        let definition = WorkflowDefinition(type, name: name, limits: limits, log: core.log, env: env)
        let namespace = try register(
            WorkflowEngine.self,
            binding: binding,
            uniqueKey: "workflow/\(name)",
            environment: definition
        )
        return Workflow(WorkflowClass(definition: definition, namespace: namespace))
    }
}
