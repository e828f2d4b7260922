internal import Distributed
public import DurableActors

extension DurableObjectRuntime {
    /// Registers a workflow; to be done before `start`, which resumes the instances that were running.
    ///
    /// - Parameters:
    ///   - type: The workflow.
    ///   - binding: The name under which other code finds it.
    ///   - name: Its name on disk for ever: up to 64 letters, digits, `_` and `-`.
    ///   - version: The version of the code, which new instances keep; see `Workflow.register(_:version:env:)`.
    ///   - limits: Bounds and defaults of its instances.
    ///   - schedules: Up to 100 cron expressions in UTC; at each of their times an instance is started, with an empty object
    ///     for its parameters.
    ///   - missed: What becomes of times that passed while no host was up.
    ///   - env: What the workflow is given; evaluated when a lifetime begins, so it may name later registrations.
    /// - Returns: The typed binding.
    /// - Throws: `WorkflowError` for a malformed name or bound, `CronError` for a malformed schedule;
    ///   `DurableObjectError` when either name is taken.
    public func registerWorkflow<W: WorkflowEntrypoint>(
        _ type: W.Type,
        binding: String,
        name: String,
        version: String = "",
        limits: WorkflowLimits = WorkflowLimits(),
        schedules: [String] = [],
        missed: MissedSchedule = .skip,
        env: @escaping @autoclosure @Sendable () throws -> W.Env
    ) throws -> Workflow<W> {
        guard WorkflowNames.isWorkflowName(name) else { throw WorkflowError("Workflow has invalid name \"\(name)\"") }
        guard 1...WorkflowLimits.mostSteps ~= limits.steps else {
            throw WorkflowError("The limit of steps must be between 1 and \(WorkflowLimits.mostSteps)")
        }
        guard limits.concurrency > 0 else { throw WorkflowError("The limit of running instances must be positive") }
        let expressions = try Self.expressions(schedules)
        let runner = WorkflowRunner(type, version: version, limits: limits, env: env)
        if !expressions.isEmpty { try Self.checkScheduled(runner) }
        let directory = WorkflowDirectory.of(core)
        let definition = WorkflowDefinition(
            runner,
            name: name,
            limits: limits,
            log: core.log,
            directory: directory
        )
        let namespace = try register(
            WorkflowEngine.self,
            binding: binding,
            uniqueKey: "workflow/\(name)",
            environment: definition
        )
        let workflow = WorkflowClass(definition: definition, namespace: namespace)
        directory.add(workflow)
        try runClock(of: workflow, binding, ScheduleTable(workflow: workflow, expressions: expressions, missed: missed))
        return Workflow(workflow)
    }

    /// Schedules start instances with an empty object for parameters.
    private static func checkScheduled(_ runner: WorkflowRunner) throws {
        do {
            _ = try runner.encodeParams([:])
        } catch {
            throw WorkflowError("A workflow with schedules must take an empty object for its parameters: \(error)")
        }
    }

    private static func expressions(_ schedules: [String]) throws -> [CronExpression] {
        guard schedules.count <= WorkflowLimits.schedules.count,
            schedules.allSatisfy({ $0.utf16.count <= WorkflowLimits.schedules.characters })
        else { throw WorkflowError("A workflow has at most 100 schedules of at most 256 characters") }
        return try schedules.map { try CronExpression($0) }
    }

    /// Registers the clock, also of a workflow without schedules, whose earlier ones end so.
    private func runClock(of workflow: WorkflowClass, _ binding: String, _ table: ScheduleTable) throws {
        let clocks = try register(
            WorkflowClock.self,
            binding: "\(binding) schedules",
            uniqueKey: "workflow-clock/\(workflow.definition.name)",
            environment: table
        )
        guard !table.expressions.isEmpty else { return }
        let (clock, log) = (clocks.getByName("clock"), core.log)
        let cell = clock.id.cell
        // Once the host runs: registration does not wait for the disk.
        _ = core.world.scheduler.schedule(atUptime: core.world.clock.uptimeNanoseconds) {
            cell.submit(
                ClosureEvent<Void>(
                    named: "arm",
                    { incarnation in
                        guard let clock = incarnation.object as? WorkflowClock else { return }
                        _ = try await clock.whenLocal { try $0.arm() }
                    },
                    answer: { outcome in
                        guard case .failure(let error) = outcome else { return }
                        // The clock of a cluster is on one node, which keeps the schedules.
                        if (error as? DurableObjectError)?.code == .elsewhere { return }
                        log.error("Schedules cannot be kept: \(error)")
                    }
                )
            )
        }
    }
}
