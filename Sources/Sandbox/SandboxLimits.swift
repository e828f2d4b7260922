/// The bounds of sandboxes, of their supervisor and of the connection to it.
public struct SandboxLimits: Sendable {
    /// The longest escaped id, in bytes; a file name may have 255.
    public static let identifierBytes = 200
    /// The longest line of the protocol, in bytes.
    public static let lineBytes = 1 << 20
    /// The longest command, in bytes; Linux gives one argument 128 KiB with its terminator.
    public static let commandBytes = (128 << 10) - 1
    /// The most output kept of one process, in bytes; what follows is dropped with a note.
    public static let outputBytes = 16 << 20
    /// The most output carried by one message, in bytes.
    public static let pieceBytes = 64 << 10
    /// The most processes that run at once under one supervisor.
    public static let runningProcesses = 1024
    /// The most clients of one supervisor.
    public static let connections = 256
    /// The most answers one client may be waiting for.
    public static let waitsPerConnection = 4096
    /// How much a supervisor queues for a client before it stops serving it, in bytes.
    public static let queuedBytes = 1 << 20
    /// How long a process may go on after SIGTERM before SIGKILL follows, in milliseconds.
    public static let killGraceMilliseconds = 5000
    /// How long output of background children is awaited after the command itself has ended, in milliseconds.
    public static let stragglerMilliseconds = 200
    /// How often a request is sent again over a new connection before it fails.
    public static let deliveries = 4
    /// How often a client tries to reach or start the supervisor before its requests fail.
    public static let connectAttempts = 6
    /// How long a supervisor may take to answer the handshake, in milliseconds.
    public static let handshakeMilliseconds = 10_000
    /// The longest timeout of a process, in seconds: a year.
    public static let timeoutSeconds = 366.0 * 86_400
}
