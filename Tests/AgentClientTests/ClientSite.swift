import AgentClient
import DurableActors
import DurableActorsTestKit
import Locks

/// A state for tests.
struct Count: Codable, Sendable, Equatable {
    var count: Int
}

/// A client on a scripted transport, and what it told.
final class ClientSite: Sendable {
    let transport: ScriptedTransport
    let client: AgentClient<Count>
    private let told: Told

    private final class Told: Sendable {
        let lines = Mutex<[String]>([])
    }

    /// Makes the client and lets it begin its first attempt.
    init(seed: UInt64 = 1, _ change: (inout AgentClientOptions) -> Void = { _ in }) throws {
        let told = Told()
        self.told = told
        transport = ScriptedTransport(seed: seed)
        var options = AgentClientOptions(host: "localhost:8787", agent: "Counter", name: "room")
        options.reconnection.jitter = 0
        change(&options)
        client = AgentClient(options, transport: transport) { event in
            told.lines.withLock { $0.append(Self.line(event)) }
        }
        try transport.simulation.settle()
    }

    /// What the client told, in words.
    var events: [String] { told.lines.withLock { $0 } }

    func opened() throws -> ScriptedLink {
        let link = try transport.link()
        link.open()
        try transport.simulation.settle()
        return link
    }

    func advance(_ milliseconds: Int64) throws { try transport.simulation.advance(by: .milliseconds(milliseconds)) }

    func settle() throws { try transport.simulation.settle() }

    /// Begins a body that calls the client; its task tells how it ended.
    func start<Result: Sendable>(
        _ body: @escaping @Sendable (AgentClient<Count>) async throws -> Result
    ) throws -> SimulatedTask<Result> {
        let client = client
        let task = transport.simulation.start { try await body(client) }
        try settle()
        return task
    }

    /// The milliseconds between the attempts.
    var waits: [Int64] {
        let times = transport.links.map(\.time)
        return zip(times, times.dropFirst()).map { $1 - $0 }
    }

    private static func line(_ event: AgentClientEvent<Count>) -> String {
        switch event {
        case .opened: "opened"
        case .identified(let identity): "identified \(identity.name) \(identity.agent)"
        case .identityChanged(let old, let new): "changed \(old.name) to \(new.name)"
        case .state(let state, let source): "state \(state.count) \(source)"
        case .stateRefused(let text): "refused state: \(text)"
        case .message(.text(let text)): "text \(text)"
        case .message(.binary(let bytes)): "binary \(bytes)"
        case .closed(let code, let reason, let wasClean): "closed \(code) \(reason) \(wasClean)"
        case .attemptFailed(let text): "failed \(text)"
        case .refused(let error): "refused \(error.code) \(error.reason)"
        case .warning(let text): "warning \(text)"
        }
    }
}

extension SimulatedTask {
    /// The error of the client it ended with.
    var clientError: AgentClientError? { failure() }
}
