import CLinux
import Glibc

/// Starts a supervisor that outlives this process.
///
/// The program is started in its `daemon` mode: that process starts the supervisor proper in a session of its own
/// with nothing inherited, hands it a pipe to report through, and exits at once, so that the supervisor is nobody's
/// child. Blocks until the supervisor listens or has failed, and is therefore called on the link's own thread only.
struct SupervisorStarter {
    let configuration: SupervisorConfiguration

    func start() throws(SandboxError) {
        guard let program = configuration.executablePath else {
            throw SandboxError(
                .supervisorUnavailable,
                "No supervisor listens at \(configuration.socketPath) and none may be started."
            )
        }
        let report: String
        do {
            report = try run(program)
        } catch {
            throw SandboxError(.supervisorUnavailable, "The supervisor \(program) cannot be started: \(error)")
        }
        guard report == "ready\n" else {
            throw SandboxError(.supervisorUnavailable, "The supervisor did not start: \(report)")
        }
    }

    private func run(_ program: String) throws(SystemError) -> String {
        let empty = try Descriptor.open("/dev/null", O_RDWR)
        let reading: Descriptor
        let child: Int32
        do {
            let pipe = try ChildProcess.pipe()
            reading = pipe.reading
            child = try ChildProcess.start(
                program,
                arguments: arguments,
                environment: Self.environment,
                descriptors: [empty, pipe.writing, pipe.writing],
                newSession: true
            )
        }
        _ = da_make_blocking(reading.number)
        let report = try reading.readAll(upTo: SandboxLimits.pieceBytes)
        _ = ChildProcess.wait(child)
        return String(decoding: report, as: UTF8.self)
    }

    private var arguments: [String] {
        [
            "daemon", "--state", configuration.stateDirectory, "--socket", configuration.socketPath,
            "--log", configuration.logPath, "--idle-exit", String(configuration.idleExitSeconds),
            "--uid-base", String(configuration.userBase), "--output-bytes", String(configuration.outputBytes),
        ]
    }

    /// The search path of shared libraries is all a supervisor takes from its host.
    private static var environment: [String: String] {
        // safe because the value is copied before anything can change the environment.
        guard let path = unsafe getenv("LD_LIBRARY_PATH").map({ unsafe String(cString: $0) }) else { return [:] }
        return ["LD_LIBRARY_PATH": path]
    }
}
