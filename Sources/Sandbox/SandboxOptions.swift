/// What a sandbox gives each of its processes unless the process says otherwise.
public struct SandboxOptions: Codable, Sendable, Equatable {
    /// Variables added to the otherwise cleared environment of every command.
    public var environment: [String: String]
    /// The limits of a process that brings none of its own.
    public var limits: ProcessLimits

    /// Makes options; the defaults add no variables and set the default limits.
    public init(environment: [String: String] = [:], limits: ProcessLimits = ProcessLimits()) {
        self.environment = environment
        self.limits = limits
    }
}
