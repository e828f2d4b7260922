import Glibc
import Sandbox

/// The three modes of the program: supervisor, the step that makes one a daemon, and the launcher of one command.
@main
enum SupervisorProgram {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "launch": exit(Launcher.run())
        case "daemon": exit(guarded(arguments.dropFirst()) { try Daemon.start($0) })
        default: exit(guarded(arguments[...]) { try supervise($0) })
        }
    }

    private static func guarded(
        _ arguments: ArraySlice<String>,
        _ body: (SupervisorSettings) throws -> Void
    ) -> Int32 {
        let settings: SupervisorSettings
        do {
            settings = try SupervisorSettings(Array(arguments))
        } catch {
            Log.write("\(error.message)\n\(SupervisorSettings.usage)")
            return 64
        }
        do {
            try body(settings)
            return 0
        } catch {
            Log.write("sandbox-supervisor: \(error)")
            if let ready = settings.readyDescriptor {
                // The same message is in the log, should whoever started this no longer read it.
                try? Descriptor(Int32(ready)).writeAll([UInt8]("\(error)".utf8))
            }
            return 1
        }
    }

    private static func supervise(_ settings: SupervisorSettings) throws {
        let supervisor = try Supervisor(settings: settings, clock: .system)
        if let ready = settings.readyDescriptor {
            // Whoever started this may have been killed meanwhile, which is no reason not to serve others.
            try? Descriptor(Int32(ready)).writeAll([UInt8]("ready\n".utf8))
        }
        try supervisor.run()
    }
}

/// Messages for the operator, on standard error.
enum Log {
    static func write(_ message: String) {
        var rest = [UInt8]("\(message)\n".utf8)[...]
        while !rest.isEmpty {
            // safe because the buffer's own address and length bound the write.
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
