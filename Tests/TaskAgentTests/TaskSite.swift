import DurableActors
import DurableActorsTestKit
import Sandbox
import Locks
import TaskAgent

/// The whole application in a simulated world, spoken to as clients do.
final class TaskSite: Sendable {
    /// An answer, read whole.
    struct Answer: Sendable, Equatable {
        let status: Int
        let json: JSONValue

        var error: String? { json["error"]?.string }
    }

    let host: SimulatedHost<TaskAgentApplication>
    let sandboxes: ScriptedSandboxNamespace

    init(seed: UInt64 = 1, credits: Int = 100) throws {
        let shared = SharedClock()
        let sandboxes = ScriptedSandboxNamespace { shared.milliseconds }
        self.sandboxes = sandboxes
        host = try SimulatedHost(seed: seed) { runtime in
            var settings = TaskAgentSettings()
            settings.passwordRounds = 1
            settings.initialCredits = credits
            return try TaskAgentApplication(runtime: runtime, sandboxes: sandboxes, settings: settings)
        }
        shared.set(host.world.clock)
    }

    /// Sends a request; nil when no answer has come after a second.
    func attempt(_ method: String, _ path: String, key: String? = nil, _ body: JSONValue? = nil) throws -> Answer? {
        let application = host.bindings
        let task = host.world.start {
            var headers = Headers()
            if let key { headers.set("x-api-key", key) }
            let bytes = body.map { Body.bytes(Array($0.description.utf8)) }
            let request = Request("http://host\(path)", method: method, headers: headers, body: bytes)
            let response = try await application.fetch(request)
            return Answer(status: response.status, json: try await response.json())
        }
        try host.advance(by: .seconds(1))
        guard case .success(let answer) = task.result else { return nil }
        return answer
    }

    /// Sends a request that is answered.
    func call(_ method: String, _ path: String, key: String? = nil, _ body: JSONValue? = nil) throws -> Answer {
        guard let answer = try attempt(method, path, key: key, body) else { throw Unanswered() }
        return answer
    }

    struct Unanswered: Error {}

    /// A new user's key.
    func signUp(_ email: String = "ada@example.org") throws -> String {
        let answer = try call("POST", "/api/auth/sign-up/email", Self.credentials(email))
        let token = answer.json["token"]?.string
        return try call("POST", "/api/keys", key: token, .object([:])).json["key"]?.string ?? ""
    }

    static func credentials(_ email: String) -> JSONValue {
        .object(["email": .string(email), "password": "correct horse", "name": "Ada"])
    }

    func openSession(_ key: String) throws -> String {
        try call("POST", "/api/orchestrator/session", key: key).json["sessionId"]?.string ?? ""
    }

    func start(_ task: String, _ session: String, _ key: String) throws -> Answer? {
        try attempt("POST", "/api/orchestrator", key: key, ["sessionId": .string(session), "task": .string(task)])
    }

    func started(_ task: String, _ session: String, _ key: String) throws -> String {
        try start(task, session, key)?.json["workflowId"]?.string ?? ""
    }

    /// Lets a task's command write and end.
    func finish(_ workflow: String, _ session: String, output: String = "", exitCode: Int = 0) throws {
        let sandbox = sandboxes.scripted(session)
        try sandbox.write(output, to: workflow + "-command")
        try host.settle()
        try sandbox.end(workflow + "-command", exitCode: exitCode)
        try host.settle()
    }

    func status(_ workflow: String) throws -> JSONValue { try call("GET", "/api/workflow/\(workflow)/status").json }

    func credits(_ key: String) throws -> Int? { try call("GET", "/api/account", key: key).json["credits"]?.int }

    /// The commands that were ever started in a session.
    func commands(_ session: String) throws -> [String] {
        let sandbox = sandboxes.scripted(session)
        return try host.run { try await sandbox.listProcesses().map(\.id) }
    }

    /// Calls a method over a socket; its result, or the text of its error.
    func rpc(_ socket: TestSocket, _ method: String, _ arguments: JSONValue...) throws -> JSONValue {
        try socket.send(
            JSON.stringify(
                ["type": "rpc", "id": "1", "method": .string(method), "args": .array(arguments)] as JSONValue
            )
        )
        try host.settle()
        let answer = try socket.texts.map { try JSON.parse($0) }.last { $0["type"] == "rpc" }
        return answer?["result"] ?? answer?["error"] ?? .null
    }

    /// The numbers of running tasks that a socket was told of.
    func states(_ socket: TestSocket) throws -> [Int] {
        try socket.texts.map { try JSON.parse($0) }.filter { $0["type"] == "cf_agent_state" }
            .compactMap { $0["state"]?["runningTasks"]?.int }
    }

    /// Opens a socket, or answers with the status of the refusal.
    func socket(_ path: String, key: String? = nil, user: String? = nil) throws -> (socket: TestSocket?, status: Int) {
        let application = host.bindings
        let opened = try host.run { () -> (TestSocket?, Int) in
            var headers: Headers = ["upgrade": "websocket"]
            if let key { headers.set("x-api-key", key) }
            if let user { headers.set("x-task-agent-user", user) }
            let response = try await application.fetch(Request("http://host\(path)", headers: headers))
            return (response.webSocket.map { TestSocket($0) }, response.status)
        }
        try host.settle()
        return opened
    }
}

/// The world's clock for what is made before the world.
private final class SharedClock: Sendable {
    private let clock = Mutex<VirtualClock?>(nil)

    var milliseconds: Int { Int(clock.withLock { $0?.nowMilliseconds } ?? 0) }

    func set(_ new: VirtualClock) { clock.withLock { $0 = new } }
}

extension TestSocket {
    /// The frames of a task's progress: status and output of each.
    func progress(_ workflow: String) throws -> [String] {
        try texts.map { try JSON.parse($0) }.filter { $0["workflowId"]?.string == workflow }.map {
            "\($0["status"]?.string ?? "") \($0["output"]?.string ?? "")"
        }
    }
}
