/// A place where shell commands of one owner run, with a home directory that persists between them.
///
/// Named after Cloudflare's sandbox SDK. All calls may be made from any isolation and concurrently. A command is
/// identified by the process id its caller chose: starting the same id again finds the existing process, running or
/// ended, and never runs the command a second time, so that a restarted caller repeats its call without harm.
/// Failures are thrown as ``SandboxError``; cancelling a waiting call ends the wait, never the command.
public protocol Sandbox: Sendable {
    /// The name this sandbox was asked for under.
    var id: String { get }

    /// Creates the home directory and the user id of this sandbox unless they exist.
    ///
    /// The options count when the sandbox is created; a later call returns the existing record unchanged.
    @discardableResult
    func spawn(_ options: SandboxOptions) async throws -> SandboxRecord

    /// Runs a command and waits for its end; see ``startProcess(_:options:)`` for what makes it safe to repeat.
    func exec(_ command: String, options: ExecOptions) async throws -> ExecResult

    /// Starts a command, or finds the process that already has the id given in the options.
    ///
    /// The record of the process is on disk before the command starts. The sandbox is created if needed.
    func startProcess(_ command: String, options: ProcessOptions) async throws -> ProcessRecord

    /// The process of the given id, or nil when this sandbox never had one.
    func getProcess(_ id: String) async throws -> ProcessRecord?

    /// All processes of this sandbox, running and ended, oldest first.
    func listProcesses() async throws -> [ProcessRecord]

    /// Sends a signal to everything the process started and returns the record as it is right after.
    ///
    /// ``ProcessSignal/terminate`` is followed by ``ProcessSignal/kill`` after a grace of five seconds. A process
    /// that has already ended is left as it is.
    @discardableResult
    func killProcess(_ id: String, signal: ProcessSignal) async throws -> ProcessRecord

    /// The output of a process from a byte offset on, as it arrives, and at last its exit.
    ///
    /// Bytes are fetched as the consumer asks for them, so a slow consumer holds at most one piece in memory.
    func processOutput(
        _ id: String,
        from offset: Int
    ) async throws -> AsyncThrowingStream<ProcessEvent, any Error>

    /// Kills every process of this sandbox and deletes its home and its records.
    ///
    /// The sandbox may be spawned again afterwards and is then empty.
    func destroy() async throws
}

extension Sandbox {
    /// Creates the sandbox with default options unless it exists.
    @discardableResult
    public func spawn() async throws -> SandboxRecord {
        try await spawn(SandboxOptions())
    }

    /// Runs a command under a fresh process id and waits for its end.
    public func exec(_ command: String) async throws -> ExecResult {
        try await exec(command, options: ExecOptions())
    }

    /// Runs a command and waits for its end, by starting a process and collecting its output.
    ///
    /// The output held in memory is bounded by the output cap of the sandbox.
    public func exec(_ command: String, options: ExecOptions) async throws -> ExecResult {
        let started = try await startProcess(command, options: options)
        var bytes: [UInt8] = []
        for try await event in try await processOutput(started.id, from: 0) {
            switch event {
            case .output(_, let piece, _):
                bytes.append(contentsOf: piece)
            case .exit(var record):
                record.startedByThisCall = started.startedByThisCall
                return ExecResult(process: record, bytes: bytes)
            }
        }
        try Task.checkCancellation()
        throw SandboxError(.supervisorUnavailable, "The output of \(started.id) ended without an exit.")
    }

    /// Starts a command under a fresh process id.
    public func startProcess(_ command: String) async throws -> ProcessRecord {
        try await startProcess(command, options: ProcessOptions())
    }

    /// Asks a process to terminate, and kills it after the grace.
    @discardableResult
    public func killProcess(_ id: String) async throws -> ProcessRecord {
        try await killProcess(id, signal: .terminate)
    }

    /// The whole output of a process, as it arrives, and its exit.
    public func processOutput(_ id: String) async throws -> AsyncThrowingStream<ProcessEvent, any Error> {
        try await processOutput(id, from: 0)
    }
}
