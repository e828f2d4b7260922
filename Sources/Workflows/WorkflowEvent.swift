/// What started an instance: the first argument of `run`, the same in every lifetime.
public struct WorkflowEvent<Params: Codable & Sendable>: Sendable {
    /// The parameters given to `create`.
    public let payload: Params
    /// When the instance was created, in milliseconds since 1970.
    public let timestamp: Int64
    /// The instance's id.
    public let instanceId: String
    /// The name under which the workflow is registered.
    public let workflowName: String
    /// Which schedule started the instance; nil when none did.
    public let schedule: WorkflowSchedule?

    /// Makes an event.
    public init(
        payload: Params,
        timestamp: Int64,
        instanceId: String,
        workflowName: String,
        schedule: WorkflowSchedule? = nil
    ) {
        self.payload = payload
        self.timestamp = timestamp
        self.instanceId = instanceId
        self.workflowName = workflowName
        self.schedule = schedule
    }
}

/// The schedule that started an instance.
public struct WorkflowSchedule: Codable, Sendable, Hashable {
    /// The schedule's text.
    public let cron: String
    /// The time it was for, in milliseconds since 1970.
    public let scheduledTime: Int64
}

/// What `waitForEvent` returns.
public struct WorkflowStepEvent<Payload: Sendable>: Sendable {
    /// What was sent.
    public let payload: Payload
    /// When the event was accepted, in milliseconds since 1970.
    public let timestamp: Int64
    /// The event's type.
    public let type: String
}

/// What a step's rollback is told.
public struct WorkflowRollbackContext<Value: Sendable>: Sendable {
    /// The step, its attempts and its configuration.
    public let ctx: WorkflowStepContext
    /// What the rollback answers: the error of `run`, or `Terminated`.
    public let error: WorkflowError
    /// What the step returned; nil when it has failed or did not end.
    public let output: Value?

    /// The step's name and count, as in `charge-1`.
    public var stepName: String { "\(ctx.step.name)-\(ctx.step.count)" }
}

/// What a step's closure is told of its own call.
public struct WorkflowStepContext: Sendable, Hashable {
    /// Which step it is.
    public struct Step: Sendable, Hashable {
        /// The name given to `do`.
        public let name: String
        /// How many steps of that name the lifetime has called, this one included.
        public let count: Int
    }

    /// Which step it is.
    public let step: Step
    /// Which attempt it is, from 1.
    public let attempt: Int
    /// The configuration in force, defaults filled in.
    public let config: StepConfig
}

/// What a workflow is given when a lifetime begins.
public struct WorkflowContext: Sendable, Hashable {
    /// The instance's id.
    public let instanceId: String
    /// The name under which the workflow is registered.
    public let workflowName: String

    /// Makes a context.
    public init(instanceId: String, workflowName: String) {
        self.instanceId = instanceId
        self.workflowName = workflowName
    }
}

/// The value of a step, output or parameter that has none: it is written as an empty object and reads from anything.
public struct NoValue: Codable, Sendable, Hashable {
    /// Makes the one value.
    public init() {}

    /// Takes whatever is there.
    public init(from decoder: any Decoder) throws {}
}
