internal import DurableActors

/// What a closure of `do` is to the engine: a function of the context that returns the encoded result.
typealias AttemptBody = @Sendable (WorkflowStepContext) async throws -> AttemptOutput

/// What a closure of `do` gave.
enum AttemptOutput: Sendable {
    case value([UInt8])
    // Apart, since what a stream is made of is known at run time alone, and with it how to copy this.
    indirect case stream(ByteStream)
}

/// A `do` as it is called; a class, since it is handed on many times.
final class StepCall: Sendable {
    let name: String
    let config: StepConfig
    let body: AttemptBody
    let rollback: RollbackHandler?

    init(name: String, config: StepConfig, body: @escaping AttemptBody, rollback: RollbackHandler?) {
        self.name = name
        self.config = config
        self.body = body
        self.rollback = rollback
    }
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
@safe final class OpenStep: StepRow, OutputPassage, @unchecked Sendable {
    // Safe because it is used on the lifetime's executor alone; but for what is said of its row, and for the output gate, which
    // reads the cell, see `OutputPassage`.
    /// The `do` itself; nil for sleeps and waits.
    let call: StepCall?
    // Safe because no access of them runs anything that comes back here.
    @exclusivity(unchecked) private var runningScope: AttemptScope?
    @exclusivity(unchecked) private var runningTask: Task<Void, Never>?
    /// The attempt that runs now.
    var scope: AttemptScope? {
        _read { yield unsafe runningScope }
        _modify { yield unsafe &runningScope }
    }
    var task: Task<Void, Never>? {
        _read { yield unsafe runningTask }
        _modify { yield unsafe &runningTask }
    }
    var timer: TimerToken?
    /// When the attempt that runs has taken too long, as uptime in nanoseconds.
    var attemptDue = UInt64.max
    /// Whether the step only waits: for time, an event or its next attempt.
    var isParked = false
    /// Whether it was called from within another step's closure.
    let isNested: Bool
    /// Whether its place among those of its name was taken together with that of others.
    var isReserved = false
    // Safe because it is set while `passing` is, a lifetime that keeps it.
    private unowned(unsafe) var passage: ObjectCell?
    /// Where its outcome is on its way to the disk.
    var cell: ObjectCell? { unsafe passage }
    /// For which lifetime it is on that way.
    private var passing: Lifetime?
    /// Whoever awaits the step.
    private var waiter: UnsafeContinuation<Ending, Never>?
    /// How the step ended for whoever awaits it; nil while it is open.
    private(set) var ending: Ending?

    /// Why whoever awaits a step goes on.
    enum Ending: Sendable {
        /// The record has the outcome.
        case recorded
        /// The lifetime is over.
        case suspended
        /// The awaiting task was cancelled.
        case cancelled
    }

    init(_ key: StepKey, _ record: StepRecord, call: StepCall? = nil, isNested: Bool) {
        self.call = call
        self.isNested = isNested
        if record.state != .open { ending = .recorded }
        super.init(key, record)
    }

    var isAwaited: Bool { unsafe waiter != nil }

    /// Whether its outcome is on its way to the disk.
    var isPassing: Bool { passing != nil }

    /// To be called before it is handed to the output gate.
    func passes(through cell: ObjectCell, of lifetime: Lifetime) {
        unsafe passage = cell
        passing = lifetime
    }

    func hasPassed() {
        unsafe passage = nil
        guard let lifetime = passing.take() else { return }
        LifetimeTurn(of: lifetime)?.goOn(after: self)
    }

    /// Resumes a task once the step has ended, unless it has.
    func await(by waiter: UnsafeContinuation<Ending, Never>) {
        // Safe because each continuation is resumed here, or kept and taken once.
        if let ending { unsafe waiter.resume(returning: ending) } else { unsafe self.waiter = waiter }
    }

    /// Lets whoever awaits the step go on without its end; false when nobody does.
    func stopAwaiting() -> Bool { resume(.cancelled) }

    func end(_ ending: Ending) {
        self.ending = ending
        // An attempt refers back to its step.
        scope.take()?.end()
        timer?.cancel()
        _ = resume(ending)
    }

    private func resume(_ ending: Ending) -> Bool {
        // Safe as above.
        guard let waiter = unsafe waiter.take() else { return false }
        unsafe waiter.resume(returning: ending)
        return true
    }

    /// Throws where whoever has awaited the step is not to go on with what it gave.
    func goOn(from ending: Ending) throws {
        switch ending {
        case .recorded:
            if record.state == .failed { throw record.error ?? .internalFailure }
        case .suspended: throw WorkflowSuspension()
        case .cancelled: throw CancellationError()
        }
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
