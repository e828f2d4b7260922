internal import DurableActors

/// What a closure of `do` is to the engine: a function of the context that returns the encoded result.
typealias AttemptBody = @Sendable (WorkflowStepContext) async throws -> AttemptOutput

/// What a closure of `do` gave.
enum AttemptOutput: Sendable {
    case value([UInt8])
    case stream(ByteStream)
}

/// A `do` as it is called.
struct StepCall: Sendable {
    let name: String
    let config: StepConfig
    let body: AttemptBody
    let rollback: RollbackHandler?
}

/// How a step is rolled back.
struct RollbackHandler: Sendable {
    let config: StepConfig
    let run: @Sendable (WorkflowStepContext, WorkflowError, StepRecord) async throws -> Void
}

/// A `do` whose arguments are in order and which has its identity.
struct PreparedCall {
    let key: StepKey
    let call: StepCall
    let config: FrozenConfig
}

/// A step that a living lifetime has called and that has not ended.
///
/// Confined to its lifetime.
final class OpenStep: @unchecked Sendable {
    // Safe because it is used on the lifetime's executor alone.
    let key: StepKey
    var record: StepRecord
    /// The `do` itself; nil for sleeps and waits.
    let call: StepCall?
    /// The attempt that runs now.
    var scope: AttemptScope?
    var task: Task<Void, Never>?
    var timer: TimerToken?
    /// Whether the step only waits: for time, an event or its next attempt.
    var isParked = false
    /// Whether it was called from within another step's closure.
    let isNested = AttemptScope.current != nil
    /// Whether its place among those of its name was taken together with that of others.
    var isReserved = false
    /// Whoever awaits the step.
    var waiter: CheckedContinuation<StepRecord, any Error>?
    var ended: Result<StepRecord, any Error>?

    init(_ key: StepKey, _ record: StepRecord, call: StepCall? = nil) {
        self.key = key
        self.record = record
        self.call = call
    }

    func end(_ result: Result<StepRecord, any Error>) {
        ended = result
        scope?.end()
        timer?.cancel()
        waiter?.resume(with: result)
        waiter = nil
    }
}

/// How an attempt ended.
enum AttemptResult: Sendable {
    case value([UInt8])
    case stream(StreamRecord)
    case failed(WorkflowError, isFinal: Bool)
    /// The instance ends with it, whatever its code would catch: what the attempt's log says, and the instance's error.
    case fatal(WorkflowError, instance: WorkflowError)

    init(of error: any Error, in name: String) {
        switch error {
        case is UnserialisableValue:
            self = .fatal(
                .fatal("Value returned from step \"\(name)\" is not serialisable"),
                instance: .endedBy(name, "returned a value which is not serialisable")
            )
        case let error as InvalidStepStream:
            self = .fatal(
                WorkflowError(name: error.name, error.text),
                instance: .endedBy(name, "returned an invalid ReadableStream output. \(error.text)")
            )
        case is StorageExceeded:
            self = .fatal(.storageExceeded, instance: .storageExceeded)
        default:
            let erased = WorkflowError(erasing: error)
            self = .failed(erased, isFinal: error is NonRetryableError || erased.forbidsRetry)
        }
    }
}

/// Thrown inside the engine when a step's value cannot be encoded.
struct UnserialisableValue: Error {}

/// Thrown inside the engine when an instance would keep more than it may.
struct StorageExceeded: Error {}

/// Thrown inside the engine when a stream that a step returned cannot be stored.
struct InvalidStepStream: Error {
    let name: String
    let text: String
}
