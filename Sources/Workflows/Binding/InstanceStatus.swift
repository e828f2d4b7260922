public import DurableActors

/// What `WorkflowInstance.status()` tells.
public struct InstanceStatus: Sendable {
    /// Where an instance stands.
    public enum Status: String, Sendable, Hashable, Codable {
        /// Created and not yet started.
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

    /// Where the instance stands.
    public let status: Status
    /// What ended it, after `errored`.
    public let error: WorkflowError?
    /// What `run` returned, after `complete`, as JSON.
    public let output: JSONValue?
    private let encoded: [UInt8]?

    init(_ report: StatusReport, _ definition: WorkflowDefinition) throws {
        status = report.status
        error = report.error
        encoded = report.output
        output = try report.output.map(definition.outputJSON)
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
}
