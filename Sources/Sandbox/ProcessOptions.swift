/// How a command is run.
public struct ProcessOptions: Codable, Sendable, Equatable {
    /// The caller's name for the process, which makes starting it repeatable; nil takes a fresh one.
    public var processId: String?
    /// Variables added to the otherwise cleared environment.
    public var environment: [String: String]
    /// After how many seconds everything the command started is killed; nil is never.
    public var timeoutSeconds: Double?
    /// Limits in place of those of the sandbox; nil keeps them.
    public var limits: ProcessLimits?

    /// Makes options; the defaults run the command under a fresh id without a timeout.
    public init(
        processId: String? = nil,
        environment: [String: String] = [:],
        timeoutSeconds: Double? = nil,
        limits: ProcessLimits? = nil
    ) {
        self.processId = processId
        self.environment = environment
        self.timeoutSeconds = timeoutSeconds
        self.limits = limits
    }
}

/// How a command that is waited for is run.
public typealias ExecOptions = ProcessOptions
