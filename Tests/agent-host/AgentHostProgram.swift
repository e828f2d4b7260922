internal import AgentHost
internal import DurableActors
internal import Glibc

/// A host of one class of agents, for clients in other languages: `agent-host DATA [PORT] [--cluster FILE --node NAME --secret FILE]`.
@main
struct AgentHostProgram {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            say("agent-host: \(error)")
            ObjectHost.end(status: 1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        ObjectHost.holdSignals()
        var arguments = arguments
        let cluster = try ClusterOptions(takenFrom: &arguments)
        guard let data = arguments.first else {
            throw DurableObjectError(.invalidArgument, "usage: agent-host DATA [PORT]")
        }
        var configuration = ObjectHost.Configuration(dataDirectory: data)
        configuration.port = arguments.count > 1 ? UInt16(arguments[1]) ?? 0 : 0
        let host = try ObjectHost(configuration, log: .silent)
        if let cluster { try host.join(cluster) }
        _ = try host.runtime.registerAgent(ProbeAgent.self, binding: "ProbeAgent", uniqueKey: "probe")
        try host.runtime.start(environment: ProbeAgent.Env())
        let (_, port) = try host.serve {
            try await host.runtime.routeAgentRequest($0) ?? Response("Not found", status: 404)
        }
        say("agent-host listens on http://127.0.0.1:\(port)")
        ObjectHost.waitForEnd()
        ObjectHost.end()
    }

    /// Prints a line at once, for the test that reads it from a pipe.
    private static func say(_ text: String) {
        print(text)
        fflush(nil)
    }
}
