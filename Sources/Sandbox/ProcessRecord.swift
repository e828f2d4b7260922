/// What is known of a command that was started in a sandbox.
public struct ProcessRecord: Codable, Sendable, Equatable {
    /// How far a process has come.
    public enum Status: String, Codable, Sendable {
        /// The command is running.
        case running
        /// The command ended by itself with exit code 0.
        case completed
        /// The command ended with another exit code, could not be started, or was lost with its supervisor.
        case failed
        /// The command was ended by a signal, a kill request or its timeout.
        case killed
    }

    /// The id the caller chose, unique within its sandbox.
    public var id: String
    /// The command as it was first started under this id.
    public var command: String
    /// How far the process has come.
    public var status: Status
    /// The exit code; 128 + n after signal n as in a shell; nil while running and where no exit is known.
    public var exitCode: Int?
    /// When the process was started, in milliseconds since 1970.
    public var startedAt: Int
    /// When it ended, in milliseconds since 1970.
    public var endedAt: Int?
    /// How many bytes of output are kept; offsets into the output run from 0 to here.
    public var outputBytes: Int
    /// Whether output beyond the cap was dropped; the kept output then ends with a line that says so.
    public var outputTruncated: Bool
    /// Why the process failed or was killed, where more than the exit code is known.
    public var reason: String?
    /// Whether the call that returned this record started the process, rather than finding it.
    public var startedByThisCall: Bool

    /// Makes a record; the defaults describe a process that has just been started.
    public init(
        id: String,
        command: String,
        status: Status = .running,
        exitCode: Int? = nil,
        startedAt: Int,
        endedAt: Int? = nil,
        outputBytes: Int = 0,
        outputTruncated: Bool = false,
        reason: String? = nil,
        startedByThisCall: Bool = false
    ) {
        self.id = id
        self.command = command
        self.status = status
        self.exitCode = exitCode
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outputBytes = outputBytes
        self.outputTruncated = outputTruncated
        self.reason = reason
        self.startedByThisCall = startedByThisCall
    }
}
