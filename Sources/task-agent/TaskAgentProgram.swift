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
            var arguments = Array(CommandLine.arguments.dropFirst())
            let cluster = try ClusterOptions(takenFrom: &arguments)
            try run(try ProgramOptions(arguments), cluster)
        } catch {
            Terminal.complain("task-agent: \(error)")
            ObjectHost.end(status: 1)
        }
    }

    private static func run(_ options: ProgramOptions, _ cluster: ClusterOptions?) throws {
        ObjectHost.holdSignals()
        let directories = try DataDirectories(root: options.dataDirectory)
        var configuration = ObjectHost.Configuration(dataDirectory: directories.store)
        configuration.address = options.address
        configuration.port = options.port
        let log = EventLog { Terminal.complain($0) }
        let host = try ObjectHost(configuration, log: log)
        if let cluster { try host.join(cluster) }
        let shared = try options.sandboxes.map(DataDirectories.init) ?? directories
        let sandboxes = try SupervisorClient(
            SupervisorConfiguration(
                stateDirectory: shared.sandboxes,
                socketPath: shared.supervisorSocket,
                logPath: shared.supervisorLog
            )
        )
        var settings = TaskAgentSettings()
        settings.allowsBareSockets = options.isDevelopment
        settings.node = cluster?.name
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
        ObjectHost.waitForEnd { host.rereadMembership() }
        server.stop()
        try host.wait { await application.drain() }
        try host.leave()
        host.runtime.shutdown()
        ObjectHost.end()
    }
}
