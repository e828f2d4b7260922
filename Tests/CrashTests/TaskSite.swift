import DurableActors
import Foundation
import HostClient

/// A data directory of the reference application, and what a test does with hosts on it.
final class TaskSite {
    let data: String

    init() throws {
        let folder = NSTemporaryDirectory() + "task-site-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o711]
        )
        data = folder + "/data"
    }

    /// Starts the host; several nodes share the sandboxes.
    func start() throws -> TestedHost {
        try TestedHost(executable: try Products.path("task-agent"), directory: data) { [data] directory in
            ["--data", directory, "--sandboxes", data, "--port", "0"]
        }
    }

    func home(_ session: String) -> String { data + "/sandboxes/homes/" + session }

    /// Ends the supervisor, which outlives hosts on purpose, and removes the data.
    func remove() {
        if let text = try? String(contentsOfFile: data + "/sandboxes/lock", encoding: .utf8),
            let pid = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            kill(pid, SIGTERM)
        }
        // Silence is right: a directory left in the temporary folder is nobody's loss.
        try? FileManager.default.removeItem(atPath: (data as NSString).deletingLastPathComponent)
    }

    /// Signs a user up and opens a session; returns an API key and the session.
    func signUp(_ host: TestedHost) throws -> (key: String, session: String) {
        let http = try HTTPClient(port: host.port)
        let user = try http.post(
            "/api/auth/sign-up/email",
            ["email": "crash@example.com", "password": "correct horse", "name": "C"]
        )
        let token = try user.json()["token"]?.string ?? ""
        let made = try http.post("/api/keys", [:], headers: [("authorization", "Bearer \(token)")])
        let key = try made.json()["key"]?.string ?? ""
        let answer = try http.request("POST", "/api/orchestrator/session", headers: [("x-api-key", key)])
        guard let session = try answer.json()["sessionId"]?.string else { throw ClientError(answer.text) }
        return (key, session)
    }

    func task(_ http: HTTPClient, _ key: String, _ session: String, _ command: String) throws -> String {
        let answer = try http.post(
            "/api/orchestrator",
            ["sessionId": .string(session), "task": .string(command)],
            headers: [("x-api-key", key)]
        )
        guard let workflow = try answer.json()["workflowId"]?.string else { throw ClientError(answer.text) }
        return workflow
    }

    func socket(_ host: TestedHost, _ key: String, _ session: String) throws -> WebSocketClient {
        try WebSocketClient(
            port: host.port,
            path: "/agent/task-agent/\(session)",
            headers: [("x-api-key", key)]
        )
    }

    func waitForFrame(_ socket: WebSocketClient, _ workflow: String, _ status: String) throws {
        while case .text(let text) = try socket.receive() {
            let frame = try JSON.parse(text)
            if frame["workflowId"]?.string == workflow, frame["status"]?.string == status { return }
        }
        throw ClientError("The socket ended before \(status)")
    }

    /// Asks until the task has ended; each answer comes from the host, which is at work meanwhile.
    func waitForCompletion(_ http: HTTPClient, _ workflow: String) throws -> JSONValue {
        while true {
            let status = try http.request("GET", "/api/workflow/\(workflow)/status").json()
            if status["status"]?.string == "completed" { return status }
            if ["errored", "terminated"].contains(status["status"]?.string) { throw ClientError(status.description) }
        }
    }

    /// A named pipe in a session's home, on which a command waits.
    func makePipe(_ name: String, _ session: String) throws {
        let path = home(session) + "/" + name
        // Safe because paths are passed as C strings for the calls' duration.
        guard unsafe mkfifo(path, 0o666) == 0, unsafe chmod(path, 0o666) == 0 else {
            throw ClientError("Cannot make \(path)")
        }
    }

    /// Opens the pipe for writing, which waits for the command to read it, and lets the command go on.
    func releasePipe(_ name: String, _ session: String) throws {
        let descriptor = unsafe open(home(session) + "/" + name, O_WRONLY)
        guard descriptor >= 0 else { throw ClientError("Cannot open \(name)") }
        close(descriptor)
    }
}
