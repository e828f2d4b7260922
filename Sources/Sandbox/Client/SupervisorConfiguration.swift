import Glibc

/// Where a supervisor is found and how one is started.
public struct SupervisorConfiguration: Sendable {
    /// The path of the supervisor's unix socket, at most 107 bytes.
    public var socketPath: String
    /// The directory that holds the homes, records and outputs; its parent must exist.
    ///
    /// Where sandboxes have their own user ids, every directory above it must be searchable by all users.
    public var stateDirectory: String
    /// The supervisor's program; nil never starts one.
    public var executablePath: String?
    /// Where a started supervisor writes its messages.
    public var logPath: String
    /// After how many seconds without a client and without a running command a started supervisor exits.
    public var idleExitSeconds: Int
    /// The first user id given to a sandbox; supervisors that share a machine need ranges of their own.
    public var userBase: Int
    /// How much output is kept of one command, in bytes.
    public var outputBytes: Int
    /// Makes the process id of a command whose caller chose none.
    public var makeProcessId: @Sendable () -> String

    /// Makes a configuration; relative paths count from the present working directory.
    ///
    /// The socket defaults to `supervisor.sock` and the log to `supervisor.log` in the state directory.
    public init(
        stateDirectory: String,
        socketPath: String? = nil,
        executablePath: String? = Self.executableBesideHost(),
        logPath: String? = nil,
        idleExitSeconds: Int = 86_400,
        userBase: Int = 200_000,
        outputBytes: Int = SandboxLimits.outputBytes,
        makeProcessId: @escaping @Sendable () -> String = Self.randomProcessId
    ) {
        let state = Self.absolute(stateDirectory)
        self.stateDirectory = state
        self.socketPath = Self.absolute(socketPath ?? state + "/supervisor.sock")
        self.executablePath = executablePath.map(Self.absolute)
        self.logPath = Self.absolute(logPath ?? state + "/supervisor.log")
        self.idleExitSeconds = idleExitSeconds
        self.userBase = userBase
        self.outputBytes = outputBytes
        self.makeProcessId = makeProcessId
    }

    /// The supervisor named by the variable `SANDBOX_SUPERVISOR`, else the one in the directory of this program.
    public static func executableBesideHost() -> String? {
        // safe because the value is copied before anything can change the environment.
        if let named = unsafe getenv("SANDBOX_SUPERVISOR").map({ unsafe String(cString: $0) }) { return named }
        return FileTree.linkTarget("/proc/self/exe").map { FileTree.parent(of: $0) + "/sandbox-supervisor" }
    }

    /// A process id of 128 random bits.
    public static func randomProcessId() -> String {
        "p-" + String(UInt64.random(in: .min ... .max), radix: 16)
            + String(UInt64.random(in: .min ... .max), radix: 16)
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        return (FileTree.linkTarget("/proc/self/cwd") ?? "") + "/" + path
    }
}
