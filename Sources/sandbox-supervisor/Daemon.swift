import Glibc
import Sandbox

/// Starts a supervisor in a session of its own and leaves it to the system.
///
/// This process exits right after, so the supervisor is a child of the system's first process: it has no terminal to
/// hang up and no parent to be killed with. Standard output goes along as the descriptor to report readiness through.
enum Daemon {
    static func start(_ settings: SupervisorSettings) throws {
        var settings = settings
        settings.readyDescriptor = 3
        try FileTree.makeDirectory(settings.state, mode: 0o711)
        let empty = try Descriptor.open("/dev/null", O_RDWR)
        let log = try Descriptor.open(settings.log, O_WRONLY | O_CREAT | O_APPEND)
        guard let program = FileTree.linkTarget("/proc/self/exe") else { throw SystemError.last("readlink") }
        _ = try ChildProcess.start(
            program,
            arguments: settings.arguments,
            environment: Launcher.libraryPath,
            descriptors: [empty, log, log, Descriptor(dup(1))],
            newSession: true
        )
    }
}
