public import DurableActors

/// A step as a test names it.
public struct StepTarget: Sendable, Hashable {
    let name: String
    let index: Int?

    /// A step by its name, and by which of that name; nil for all of them.
    public init(_ name: String, index: Int? = nil) {
        self.name = name
        self.index = index
    }

    var planned: WorkflowPlan.Target { WorkflowPlan.Target(name: name, index: index) }
}

/// What a test lays down for instances before they run: kept in memory, over restarts of an instance.
///
/// The messages of what cannot be combined are those of the original.
public struct WorkflowModifier: Sendable {
    let plans: PlanTable
    let id: String?

    /// Has sleeps take no time: all of them, or those named.
    public func disableSleeps(_ steps: [StepTarget]? = nil) { plans.change(id) { $0.sleeps = steps?.map(\.planned) } }

    /// Has retries follow at once: of all steps, or of those named.
    public func disableRetryDelays(_ steps: [StepTarget]? = nil) {
        plans.change(id) { $0.delays = steps?.map(\.planned) }
    }

    /// Has a step return a value without running its closure.
    public func mockStepResult(_ step: StepTarget, _ value: some Codable & Sendable) throws {
        let bytes = try ValueCodec.encode(value)
        try mock(step) { .value(bytes) }
    }

    /// Has a step return a stream of those pieces without running its closure.
    public func mockStepResult(_ step: StepTarget, stream pieces: [[UInt8]]) throws {
        try mock(step) {
            let (stream, writer) = ByteStream.make()
            for piece in pieces { writer.yield(piece) }
            writer.finish()
            return .stream(stream)
        }
    }

    private func mock(_ step: StepTarget, _ make: @escaping @Sendable () -> AttemptOutput) throws {
        try plans.change(id) { plan in
            guard plan.results[step.planned] == nil else { throw Self.twice(step) }
            plan.results[step.planned] = make
        }
    }

    /// Has a step's attempts throw: the first `times` of them, or all.
    public func mockStepError(_ step: StepTarget, _ error: any Error, times: Int? = nil) throws {
        try plans.change(id) { plan in
            guard plan.results[step.planned] == nil else {
                throw Self.refuse("mock error on step '\(step.name)' after mocking its result!")
            }
            guard plan.errors[step.planned] == nil else { throw Self.twice(step) }
            plan.errors[step.planned] = (WorkflowError(erasing: error), times)
        }
    }

    /// Has a step's attempts time out at once: the first `times` of them, or all.
    public func forceStepTimeout(_ step: StepTarget, times: Int? = nil) throws {
        try plans.change(id) { plan in
            guard plan.results[step.planned] == nil else {
                throw Self.refuse("force timeout on step '\(step.name)' after mocking its result!")
            }
            plan.timeouts[step.planned] = .some(times)
        }
    }

    /// Has waits for events of a type end at once with this one.
    public func mockEvent(type: String, payload: some Codable & Sendable) throws {
        let bytes = try EventPayload.encode(payload)
        plans.change(id) { $0.events.append((type: type, payload: bytes)) }
    }

    /// Has a wait time out at once.
    public func forceEventTimeout(_ step: StepTarget) { plans.change(id) { $0.waitTimeouts.append(step.planned) } }

    private static func twice(_ step: StepTarget) -> WorkflowError {
        refuse("mock step '\(step.name)' multiple times!")
    }

    private static func refuse(_ what: String) -> WorkflowError {
        WorkflowError(name: "Error", "[WorkflowIntrospector] Trying to \(what)")
    }
}

/// A test's handle on one instance, which may not exist yet.
public struct WorkflowInstanceIntrospector: Sendable {
    let workflow: WorkflowClass
    let id: String

    /// What is laid down for the instance.
    public var modifier: WorkflowModifier { WorkflowModifier(plans: workflow.definition.plans, id: id) }

    private var instance: WorkflowInstance { WorkflowInstance(id: id, workflow: workflow) }

    /// Waits for the outcome of a `do`: its value, or its error thrown; `[REDACTED]` where it is sensitive.
    public func waitForStepResult(_ step: StepTarget) async throws -> JSONValue {
        let label = "\(step.name)-\(step.index ?? 1)"
        for try await event in instance.subscribe() where event.details["stepName"] == .string(label) {
            if event.name == .stepCompleted { return event.details["output"] ?? nil }
            if event.name == .stepErrored {
                throw WorkflowError(
                    name: event.details["error"]?["name"]?.string ?? "Error",
                    event.details["error"]?["message"]?.string ?? ""
                )
            }
        }
        throw WorkflowError(name: "Error", "[WorkflowIntrospector] The step '\(label)' has no result")
    }

    /// Waits for a status; throws when the instance has ended in another.
    public func waitForStatus(_ wanted: InstanceStatus.Status) async throws {
        var cursor: Int64 = 0
        while true {
            let status = try await instance.status().status
            if status == wanted { return }
            guard !status.isFinite else {
                throw WorkflowError(
                    name: "Error",
                    """
                    [WorkflowIntrospector] The Workflow instance \(id) has reached status '\(status.rawValue)'. This is \
                    a finite status that prevents it from ever reaching the expected status of '\(wanted.rawValue)'.
                    """
                )
            }
            cursor = try await workflow.engine(id).events(cursor).events.last?.eventId ?? cursor
        }
    }

    /// What `run` returned; throws unless the instance is complete.
    public func getOutput() async throws -> JSONValue {
        let status = try await instance.status()
        guard let output = status.output else {
            throw WorkflowError(
                name: "Error",
                """
                Cannot retrieve output: Workflow instance is in status "\(status.status.rawValue)" but must be \
                "complete" to have an output available
                """
            )
        }
        return output
    }

    /// What ended the instance; throws unless it has failed.
    public func getError() async throws -> WorkflowError {
        let status = try await instance.status()
        guard status.status == .errored, let error = status.error else {
            throw WorkflowError(
                name: "Error",
                """
                Cannot retrieve error: Workflow instance is in status "\(status.status.rawValue)" but must be \
                "errored" to have error information available
                """
            )
        }
        return error
    }

    /// Forgets what was laid down and removes the instance, if it exists.
    public func dispose() async throws {
        workflow.definition.plans.forget(id)
        do { try await workflow.delete(id) } catch WorkflowError.instanceNotFound { return }
    }
}

/// A test's handle on all instances of a workflow that are created after it.
public struct WorkflowIntrospector: Sendable {
    let workflow: WorkflowClass

    /// What is laid down for every instance that has nothing laid down for itself.
    public var modifierOfAll: WorkflowModifier { WorkflowModifier(plans: workflow.definition.plans, id: nil) }

    /// Handles on the instances that were created so far, in order.
    public func get() -> [WorkflowInstanceIntrospector] {
        workflow.definition.plans.noted.map { WorkflowInstanceIntrospector(workflow: workflow, id: $0) }
    }

    /// Forgets what was laid down for all, and removes the instances that were created.
    public func dispose() async throws {
        for instance in get() { try await instance.dispose() }
        workflow.definition.plans.endNoting()
    }
}

extension Workflow {
    /// A test's handle on an instance that is created later.
    public func introspect(_ id: String) -> WorkflowInstanceIntrospector {
        WorkflowInstanceIntrospector(workflow: workflow, id: id)
    }

    /// A test's handle on all instances that are created from now on, until it is disposed.
    public func introspect() -> WorkflowIntrospector {
        workflow.definition.plans.beginNoting()
        return WorkflowIntrospector(workflow: workflow)
    }
}
