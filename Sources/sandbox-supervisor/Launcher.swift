import CLinux
import Glibc
import Sandbox

/// The short life between the start of a process and the command it becomes.
///
/// Descriptors: 0 reads nothing, 1 and 2 are the job's output, 3 is the gate, 4 the plan. The gate opens with one byte
/// once the supervisor has the job's record on disk; if it closes instead, the supervisor is gone and nothing is run.
/// What goes wrong is written back through the gate, which closes by itself when the command begins.
enum Launcher {
    static func run() -> Int32 {
        let gate = Descriptor(3)
        let file = Descriptor(4)
        da_close_on_exec(gate.number)
        da_close_on_exec(file.number)
        da_close_from(5)
        do {
            let plan: LaunchPlan = try WireCoding.value(from: content(of: file))
            guard case .bytes = try gate.read(upTo: 1) else { return 0 }
            try prepare(plan)
            let shell = access("/bin/bash") ? "/bin/bash" : "/bin/sh"
            try ChildProcess.replace(
                shell,
                arguments: [shell, "-c", plan.command],
                environment: plan.completeEnvironment
            )
        } catch {
            // Without the supervisor there is nobody left to tell.
            _ = try? gate.send([UInt8]("\(error)".utf8)[...])
            return 126
        }
    }

    /// The search path of shared libraries, which this program itself may need.
    static var libraryPath: [String: String] {
        // safe because the value is copied before anything can change the environment.
        guard let path = unsafe getenv("LD_LIBRARY_PATH").map({ unsafe String(cString: $0) }) else { return [:] }
        return ["LD_LIBRARY_PATH": path]
    }

    private static func prepare(_ plan: LaunchPlan) throws(SystemError) {
        umask(0o022)
        try limit(DA_LIMIT_CORE, 0, "core")
        try limit(DA_LIMIT_OPEN_FILES, plan.limits.openFiles, "open files")
        try limit(DA_LIMIT_FILE_SIZE, plan.limits.fileSizeBytes, "file size")
        if let seconds = plan.limits.cpuSeconds { try limit(DA_LIMIT_CPU, seconds, "processor time") }
        // safe because the string's bytes outlive the call.
        try check(unsafe chdir(plan.home), "chdir \(plan.home)")
        if let user = plan.user { try become(user, processes: plan.limits.processes) }
        try check(da_set_no_new_privileges(), "no new privileges")
        // Last, since this program itself may already map more than the command is allowed.
        if let bytes = plan.limits.addressSpaceBytes { try limit(DA_LIMIT_ADDRESS_SPACE, bytes, "address space") }
    }

    private static func become(_ user: UInt32, processes: Int) throws(SystemError) {
        // The command may open /dev/stdout anew, which needs the pipe to be its own.
        try check(fchown(1, user, user), "fchown")
        try limit(DA_LIMIT_PROCESSES, processes, "processes")
        try check(da_clear_groups(), "setgroups")
        try check(setgid(user), "setgid")
        try check(setuid(user), "setuid")
        guard getuid() == user, geteuid() == user, setuid(0) != 0 else { throw SystemError("setuid", code: EPERM) }
    }

    private static func limit(_ resource: Int32, _ value: Int, _ name: String) throws(SystemError) {
        try check(da_set_limit(resource, UInt64(value)), "limit of \(name)")
    }

    private static func check(_ result: Int32, _ call: @autoclosure () -> String) throws(SystemError) {
        guard result == 0 else { throw SystemError.last(call()) }
    }

    private static func access(_ path: String) -> Bool {
        // safe because the string's bytes outlive the call.
        unsafe Glibc.access(path, X_OK) == 0
    }

    private static func content(of file: Descriptor) throws(SystemError) -> [UInt8] {
        var all: [UInt8] = []
        while case .bytes(let piece) = try file.read(at: all.count, upTo: SandboxLimits.lineBytes) {
            all.append(contentsOf: piece)
        }
        return all
    }
}
