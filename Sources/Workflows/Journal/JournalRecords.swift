/// What is known of an instance from its creation on.
struct InstanceRecord: Codable, Sendable {
    let workflow: String
    let id: String
    let createdAt: Int64
    let params: [UInt8]
    var schedule: WorkflowSchedule?
    /// How long it is kept after success and after failure, in milliseconds.
    var successRetention: Int64?
    var errorRetention: Int64?
    var timeout: TimeLimit?
    /// The version of the code that was the newest at its creation.
    var version: String?
    var parent: ParentLink?
}

/// How long an instance may last, and what becomes of its steps then.
struct TimeLimit: Codable, Sendable {
    let milliseconds: Int64
    let rollsBack: Bool
}

/// Who waits for a child's end.
struct ParentLink: Codable, Sendable {
    let workflow: String
    let id: String
    /// The type of the event that tells of the end.
    let eventType: String
}

/// Where an instance stands, and how it ended.
struct StatusRecord: Sendable {
    var status: InstanceStatus.Status
    var since: Int64
    var output: [UInt8]?
    var error: WorkflowError?
    var pausedAt: Int64?
    /// Whether `run` has been entered since the creation or the last restart.
    var hasStarted = false
    /// Whether it has run before it was queued, so that it goes first.
    var isWoken = false
    /// What the rollback under way answers.
    var trigger: RollbackTrigger?
    var rollback: InstanceStatus.Rollback?
}

/// Why an instance rolls back, and how it ends afterwards.
struct RollbackTrigger: Sendable {
    let error: WorkflowError
    let ending: InstanceStatus.Status
}

/// The numbers given out: to starts and ends of steps in one order, to events, to entries of the log; and bytes kept.
struct CounterRecord: Sendable {
    var steps: UInt64 = 0
    var events: UInt64 = 0
    var logs: Int64 = 0
    var bytes = 0
}

/// Everything known of one step.
struct StepRecord: Codable, Sendable {
    enum State: String, Codable, Sendable {
        case open
        case done
        case failed
    }

    /// The step's place in the order of starts and ends.
    let start: UInt64
    var end: UInt64?
    var state = State.open
    var config: FrozenConfig?
    var attempts = 0
    /// Whether an attempt has begun and not ended.
    var isInAttempt = false
    /// How many lifetimes in a row were cut with an attempt open.
    var crashes = 0
    var value: [UInt8]?
    var stream: StreamRecord?
    var error: WorkflowError?
    /// When a sleep or wait ends or the next attempt begins.
    var deadline: Int64?
    /// How long the sleep or wait was meant to be.
    var duration: Int64?
    /// Whether the deadline of a retry stands in for what a function is still asked for.
    var isDelayPending: Bool?
    var eventType: String?
    /// When the event that ended a wait was accepted.
    var acceptedAt: Int64?
    /// Whether a handler was given to roll it back.
    var hasRollback: Bool?
    /// Whether it was called from within another step's closure.
    var isNested: Bool?

    init(start: UInt64) { self.start = start }
}

/// What is kept of a stream that a step returned; its pieces are rows of their own.
struct StreamRecord: Codable, Sendable {
    let pieces: Int
    let bytes: Int
}

/// How far the rollback of one step has got.
struct RollbackRecord: Codable, Sendable {
    var config: FrozenConfig
    var attempts = 0
    var state = StepRecord.State.open
    var error: WorkflowError?
}

/// An event that no wait has taken.
struct EventRecord: Codable, Sendable {
    let timestamp: Int64
    let payload: [UInt8]
}

/// A wait that is open, in the index by event type.
struct WaiterRecord: Codable, Sendable {
    let step: String
    let deadline: Int64
}

/// What code has published under a name, and by which of its calls.
struct PublishedRecord: Codable, Sendable {
    let count: Int
    let value: [UInt8]
}
