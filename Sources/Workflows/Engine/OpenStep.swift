internal import DurableActors

/// What a closure of `do` is to the engine: a function of the context that returns the encoded result.
typealias AttemptBody = @Sendable (WorkflowStepContext) async throws -> [UInt8]

/// A step that a living lifetime has called and that has not ended.
///
/// Confined to its lifetime.
final class OpenStep {
    let key: StepKey
    var record: StepRecord
    /// The closure of a `do`; nil for sleeps and waits.
    let body: AttemptBody?
    /// The attempt that runs now.
    var scope: AttemptScope?
    var task: Task<Void, Never>?
    var timer: TimerToken?
    /// Whether the step only waits: for time, an event or its next attempt.
    var isParked = false
    /// Whoever awaits the step.
    var waiter: CheckedContinuation<StepRecord, any Error>?
    var ended: Result<StepRecord, any Error>?

    init(_ key: StepKey, _ record: StepRecord, body: AttemptBody? = nil) {
        self.key = key
        self.record = record
        self.body = body
    }

    func end(_ result: Result<StepRecord, any Error>) {
        ended = result
        scope?.end()
        timer?.cancel()
        waiter?.resume(with: result)
        waiter = nil
    }
}

/// Thrown inside the engine when a step's value cannot be encoded.
struct UnserialisableValue: Error {}
