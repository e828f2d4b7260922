internal import DurableActors
internal import Glibc
internal import HostClient

/// The end-to-end gate: sign-up to the second task, against a host that it starts itself; ends at the first failure.
@main
struct Gate {
    static func main() {
        do {
            let arguments = CommandLine.arguments
            guard arguments.count == 3 else { throw GateFailure("usage: task-agent-gate HOST-PROGRAM DATA-DIRECTORY") }
            try Gate(executable: arguments[1], data: arguments[2]).run()
            print("gate: everything is as it should be")
        } catch {
            print("gate: \(error)")
            exit(1)
        }
    }

    let executable: String
    let data: String

    private func run() throws {
        let host = try TestedHost(executable: executable, directory: data) { directory in
            ["--data", directory, "--sandboxes", data, "--port", "0"]
        }
        if TestedHost.hasForeignDoor { say("through a door that owns no object") }
        defer { host.stop() }
        let http = try HTTPClient(port: host.port)
        try health(http)
        let key = try signUp(http)
        let (session, _) = try createSession(http, key)
        let before = try credits(http, key)
        let first = try runTask(
            http,
            host,
            key,
            session,
            "for i in 1 2 3; do echo line-$i; sleep 1; done; pwd; echo kept > note.txt"
        )
        try check(first.contains { $0.contains("line-1") }, "progress shows the first line")
        try check(first.count >= 3, "progress comes while the command runs, in pieces (\(first.count) came)")
        let after = try credits(http, key)
        try check(after == before - 1, "one credit is deducted for a task under a minute (\(before) → \(after))")
        let second = try runTask(http, host, key, session, "cat note.txt")
        try check(second.contains { $0.contains("kept") }, "the second task sees the first one's file")
    }

    private func health(_ http: HTTPClient) throws {
        let answer = try http.request("GET", "/api/orchestrator")
        try check(answer.status == 200, "health check answers 200")
        let refused = try http.post("/api/orchestrator", ["sessionId": "x", "task": "true"])
        try check(refused.status == 401, "a task without a key is refused")
        try check(refused.text == #"{"error":"Missing x-api-key"}"#, "the refusal says why")
    }

    private func signUp(_ http: HTTPClient) throws -> String {
        let email = "gate-\(getpid())@example.com"
        let answer = try http.post(
            "/api/auth/sign-up/email",
            ["email": .string(email), "password": "correct horse", "name": "Gate"]
        )
        try check(answer.status == 200, "sign-up answers 200: \(answer.text)")
        guard let token = try answer.json()["token"]?.string else { throw GateFailure("sign-up gives a token") }
        let made = try http.post("/api/keys", ["name": "gate"], headers: [("authorization", "Bearer \(token)")])
        guard made.status == 200, let key = try made.json()["key"]?.string else {
            throw GateFailure("a key is made: \(made.text)")
        }
        say("signed up and made a key")
        return key
    }

    private func createSession(_ http: HTTPClient, _ key: String) throws -> (String, String) {
        let answer = try http.request("POST", "/api/orchestrator/session", headers: [("x-api-key", key)])
        guard answer.status == 200, let session = try answer.json()["sessionId"]?.string,
            let workflow = try answer.json()["workflowId"]?.string
        else { throw GateFailure("a session is made: \(answer.text)") }
        say("session \(session)")
        return (session, workflow)
    }

    private func credits(_ http: HTTPClient, _ key: String) throws -> Int {
        let answer = try http.request("GET", "/api/account", headers: [("x-api-key", key)])
        guard let credits = try answer.json()["credits"]?.int else { throw GateFailure("credits: \(answer.text)") }
        return Int(credits)
    }

    /// Runs a task and returns the frames that a socket on its session saw.
    private func runTask(
        _ http: HTTPClient,
        _ host: TestedHost,
        _ key: String,
        _ session: String,
        _ task: String
    ) throws -> [String] {
        let socket = try WebSocketClient(
            port: host.port,
            path: "/agent/task-agent/\(session)",
            headers: [("x-api-key", key)]
        )
        let answer = try http.post(
            "/api/orchestrator",
            ["sessionId": .string(session), "task": .string(task)],
            headers: [("x-api-key", key)]
        )
        guard let workflow = try answer.json()["workflowId"]?.string else {
            throw GateFailure("a task is taken: \(answer.text)")
        }
        say("task \(workflow)")
        var frames: [String] = []
        while true {
            guard case .text(let text) = try socket.receive() else { throw GateFailure("the socket ended") }
            guard let frame = try? JSON.parse(text), frame["workflowId"]?.string == workflow else { continue }
            say("  \(text)")
            frames.append(text)
            if ["completed", "errored"].contains(frame["status"]?.string) { break }
        }
        try check(frames.last?.contains(#""status":"completed""#) == true, "the last progress says completed")
        try waitUntilComplete(http, workflow)
        return frames
    }

    private func waitUntilComplete(_ http: HTTPClient, _ workflow: String) throws {
        for _ in 0..<60 {
            let answer = try http.request("GET", "/api/workflow/\(workflow)/status")
            let status = try answer.json()["status"]?.string
            if status == "completed" { return say("status completed") }
            if status == "errored" { throw GateFailure("the task failed: \(answer.text)") }
            usleep(500_000)
        }
        throw GateFailure("the task did not complete in time")
    }

    private func check(_ condition: Bool, _ claim: String) throws {
        guard condition else { throw GateFailure("NOT SO: \(claim)") }
        say("ok: \(claim)")
    }

    private func say(_ text: String) { print("gate: \(text)") }
}

/// The first thing that is not as it should be.
struct GateFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
