public import DurableActors

/// What `WorkflowInstance.status()` tells; as JSON it has the members of the original.
public struct InstanceStatus: Sendable, Encodable {
    /// Where an instance stands.
    public enum Status: String, Sendable, Hashable, Codable {
        /// Created and not yet started, or waiting for its turn.
        case queued
        /// Code of it runs.
        case running
        /// Held until it is resumed.
        case paused
        /// Ended by an error.
        case errored
        /// Ended by `terminate`.
        case terminated
        /// Ended by the return of `run`.
        case complete
        /// Every branch sleeps, waits for an event or for a retry.
        case waiting
        /// Will be paused once the running attempts have ended.
        case waitingForPause
        /// Could not be read.
        case unknown

        /// Whether the instance has ended.
        public var isFinite: Bool { self == .errored || self == .terminated || self == .complete }
    }

    /// What came of a rollback.
    public struct Rollback: Sendable, Hashable, Codable {
        /// Whether all steps are rolled back.
        public enum Outcome: String, Sendable, Hashable, Codable {
            /// They are.
            case complete
            /// A handler failed, and those of earlier steps were not called.
            case failed
        }

        /// Whether all steps are rolled back.
        public let outcome: Outcome
        /// Why not.
        public let error: WorkflowError?

        /// Makes an outcome.
        public init(outcome: Outcome, error: WorkflowError?) {
            self.outcome = outcome
            self.error = error
        }
    }

    /// Where the instance stands.
    public let status: Status
    /// What ended it, after `errored` and a timeout; why it is held, where its code cannot go on.
    public let error: WorkflowError?
    /// What `run` returned, after `complete`, as JSON.
    public let output: JSONValue?
    /// What came of the rollback; nil unless one has come to its end.
    public let rollback: Rollback?
    private let encoded: [UInt8]?

    private enum CodingKeys: CodingKey {
        case status, error, output, rollback
    }

    init(_ report: StatusReport, _ runner: WorkflowRunner) {
        status = report.status
        error = report.error
        encoded = report.output
        rollback = report.rollback
        output = report.output.map(runner.outputJSON)
    }

    /// What `run` returned, after `complete`, as the type it was.
    public func output<Output: Decodable>(as type: Output.Type) throws -> Output? {
        try encoded.map { try ValueCodec.decode(type, from: $0) }
    }
}

/// A status on its way from the engine to a caller.
struct StatusReport: Codable, Sendable {
    let status: InstanceStatus.Status
    let error: WorkflowError?
    let output: [UInt8]?
    let rollback: InstanceStatus.Rollback?
}
