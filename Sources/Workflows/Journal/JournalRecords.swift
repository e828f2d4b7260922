/// What is known of an instance from its creation on.
struct InstanceRecord: Codable, Sendable {
    let workflow: String
    let id: String
    let createdAt: Int64
    let params: [UInt8]
}

/// Where an instance stands, and how it ended.
struct StatusRecord: Codable, Sendable {
    var status: InstanceStatus.Status
    var since: Int64
    var output: [UInt8]?
    var error: WorkflowError?
}

/// The numbers given out to steps, in order of their start, and to events, in order of their acceptance.
struct CounterRecord: Codable, Sendable {
    var steps: UInt64 = 0
    var events: UInt64 = 0
}

/// Everything known of one step.
struct StepRecord: Codable, Sendable {
    enum State: String, Codable, Sendable {
        case open
        case done
        case failed
    }

    /// The step's place in the order of starts.
    let start: UInt64
    var state = State.open
    var config: FrozenConfig?
    var attempts = 0
    /// Whether an attempt has begun and not ended.
    var isInAttempt = false
    /// How many lifetimes in a row were cut with an attempt open.
    var crashes = 0
    var value: [UInt8]?
    var error: WorkflowError?
    /// When a sleep or wait ends or the next attempt begins.
    var deadline: Int64?
    /// How long the sleep or wait was meant to be.
    var duration: Int64?
    var eventType: String?
    /// When the event that ended a wait was accepted.
    var acceptedAt: Int64?

    init(start: UInt64) { self.start = start }
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
