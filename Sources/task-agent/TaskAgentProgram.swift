internal import AgentHost
internal import DurableActors
internal import Glibc
internal import Sandbox
internal import TaskAgent

/// The reference application as a program: `task-agent --data DIR [--port N] [--address A] [--development]`.
@main
struct TaskAgentProgram {
    static func main() {
        do {
            let options = try ProgramOptions(Array(CommandLine.arguments.dropFirst()))
            try run(options)
        } catch {
            Terminal.complain("task-agent: \(error)")
            ObjectHost.end(status: 1)
        }
    }

    private static func run(_ options: ProgramOptions) throws {
        ObjectHost.holdSignals()
        let directories = try DataDirectories(root: options.dataDirectory)
        var configuration = ObjectHost.Configuration(dataDirectory: directories.store)
        configuration.address = options.address
        configuration.port = options.port
        let log = EventLog { Terminal.complain($0) }
        let host = try ObjectHost(configuration, log: log)
        let sandboxes = try SupervisorClient(
            SupervisorConfiguration(
                stateDirectory: directories.sandboxes,
                socketPath: directories.supervisorSocket,
                logPath: directories.supervisorLog
            )
        )
        var settings = TaskAgentSettings()
        settings.allowsBareSockets = options.isDevelopment
        let application = try TaskAgentApplication(
            runtime: host.runtime,
            sandboxes: sandboxes,
            settings: settings,
            log: log
        )
        let (server, port) = try host.serve { try await application.fetch($0) }
        let isolation = try host.wait { try await sandboxes.isolationReport() }
        let key =
            try options.isDevelopment
            ? DevelopmentKey(path: directories.developmentKey).read {
                try host.wait { try await application.makeDevelopmentKey() }
            } : nil
        Welcome(address: options.address, port: port, key: key, isolation: isolation).show()
        ObjectHost.waitForEnd()
        server.stop()
        try host.wait { await application.drain() }
        host.runtime.shutdown()
        ObjectHost.end()
    }
}
