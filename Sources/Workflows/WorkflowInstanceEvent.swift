public import DurableActors

/// Something that happened to an instance, as `subscribe` tells it.
public struct WorkflowInstanceEvent: Codable, Sendable, Hashable {
    /// What can happen; the texts are those of the original.
    public enum Name: String, Codable, Sendable, Hashable {
        /// The instance waits for its turn.
        case workflowQueued = "workflow_queued"
        /// `run` was entered for the first time.
        case workflowStarted = "workflow_started"
        /// Code of it runs.
        case workflowRunning = "workflow_running"
        /// Every branch waits.
        case workflowWaiting = "workflow_waiting"
        /// It will be paused when the running attempts have ended.
        case workflowWaitingForPause = "workflow_waiting_for_pause"
        /// It is paused.
        case workflowPaused = "workflow_paused"
        /// `run` has returned.
        case workflowCompleted = "workflow_completed"
        /// It has failed.
        case workflowErrored = "workflow_errored"
        /// It was terminated.
        case workflowTerminated = "workflow_terminated"
        /// A `do` began.
        case stepStarted = "step_started"
        /// A `do` has its value.
        case stepCompleted = "step_completed"
        /// A `do` has failed for good.
        case stepErrored = "step_errored"
        /// An attempt began.
        case attemptStarted = "attempt_started"
        /// An attempt has returned.
        case attemptCompleted = "attempt_completed"
        /// An attempt has failed.
        case attemptErrored = "attempt_errored"
        /// A sleep began.
        case sleepStarted = "sleep_started"
        /// A sleep is over.
        case sleepCompleted = "sleep_completed"
        /// A wait for an event began.
        case waitStarted = "wait_started"
        /// The event has come.
        case waitCompleted = "wait_completed"
        /// No event has come in time.
        case waitTimedOut = "wait_timed_out"
        /// The instance rolls back.
        case rollbackStarted = "rollback_started"
        /// A step's handler is called.
        case rollbackStepStarted = "rollback_step_started"
        /// A step is rolled back.
        case rollbackStepCompleted = "rollback_step_completed"
        /// A step's handler has failed for good.
        case rollbackStepErrored = "rollback_step_errored"
        /// An attempt of a handler began.
        case rollbackAttemptStarted = "rollback_attempt_started"
        /// An attempt of a handler has returned.
        case rollbackAttemptCompleted = "rollback_attempt_completed"
        /// An attempt of a handler has failed.
        case rollbackAttemptErrored = "rollback_attempt_errored"
        /// All is rolled back.
        case rollbackCompleted = "rollback_completed"
        /// The rollback ended before that.
        case rollbackErrored = "rollback_errored"

        /// Whether nothing follows it, unless the instance is restarted.
        public var isTerminal: Bool {
            self == .workflowCompleted || self == .workflowErrored || self == .workflowTerminated
        }

        var isOfRollback: Bool { rawValue.hasPrefix("rollback_") }
    }

    /// Its number: later ones are higher, also of a later instance with the same id.
    public let eventId: Int64
    /// What happened.
    public let name: Name
    /// When, in milliseconds since 1970; the order is that of `eventId`.
    public let timestamp: Int64
    /// What belongs to it: `stepName`, `attempt`, `output`, `error`, `params`, `durationMs`, `retryDelayMs`, `eventType`.
    public let details: JSONValue
}
