internal import AgentHost
internal import Distributed
internal import DurableActors

/// The REST interface: routes, takes the key from its header and calls the agent's methods.
struct RestInterface {
    let agent: TaskAgent
    let env: TaskAgentEnv

    /// The answer to a request of the interface; nil for every other.
    func answer(_ request: Request) async throws -> Response? {
        guard request.url.segments.first == "api" else { return nil }
        do {
            return try await route(request)
        } catch let error as TaskAgentError {
            return try Response.json(ErrorAnswer(error: error.description), status: error.status)
        }
    }

    private struct ErrorAnswer: Codable {
        let error: String
    }

    private func route(_ request: Request) async throws -> Response {
        switch (request.method, request.url.segments.dropFirst().joined(separator: "/")) {
        case ("GET", "orchestrator"):
            return try Response.json(["status": "ok", "service": "task-agent"])
        case ("POST", "orchestrator"):
            let key = try apiKey(request)
            let body = try await Fields(request)
            let sessionId = try body.text("sessionId")
            return try Response.json(
                try await agent.executeTask(
                    sessionId: sessionId,
                    task: try body.text("task"),
                    apiKey: key,
                    needsApproval: try body.optionalFlag("needsApproval")
                )
            )
        case ("POST", "orchestrator/session"):
            return try Response.json(try await agent.createSession(apiKey: try apiKey(request)))
        case ("POST", "auth/sign-up/email"):
            let body = try await Fields(request)
            let name = try body.optionalText("name") ?? ""
            return try signedIn(
                try await accounts.signUp(
                    email: try body.text("email"),
                    password: try body.text("password"),
                    name: name
                )
            )
        case ("POST", "auth/sign-in/email"):
            let body = try await Fields(request)
            return try signedIn(
                try await accounts.signIn(
                    email: try body.text("email"),
                    password: try body.text("password")
                )
            )
        case ("POST", "keys"):
            let user = try await accounts.validate(try token(request))
            let body = try await Fields(request)
            return try Response.json(
                try await accounts.issueKey(
                    user.id,
                    name: try body.optionalText("name"),
                    expiresInMilliseconds: try body.optionalInteger("expiresIn").map { $0 * 1000 }
                )
            )
        case ("POST", "ticket"):
            let user = try await accounts.validate(try apiKey(request))
            let issued = try await accounts.issueTicket(user.id)
            return try Response.json(
                JSONValue.object(["ticket": .string(issued.ticket), "expiresAt": .integer(issued.expiresAt)])
            )
        case ("GET", "account"):
            let user = try await accounts.validate(try apiKey(request))
            let credits = try await env.accounts.getByName(user.id).credits()
            return try Response.json(
                JSONValue.object(["userId": .string(user.id), "credits": .integer(Int64(credits))])
            )
        case ("GET", _) where isStatusPath(request.url.segments):
            return try Response.json(try await agent.taskStatus(workflowId: request.url.segments[2]))
        case (_, let path) where Self.known.contains(path) || isStatusPath(request.url.segments):
            return try Response.json(ErrorAnswer(error: "Method not allowed"), status: 405)
        default:
            return try Response.json(ErrorAnswer(error: "Not found"), status: 404)
        }
    }

    private static let known: Set<String> = [
        "orchestrator", "orchestrator/session", "auth/sign-up/email", "auth/sign-in/email", "keys", "ticket", "account",
    ]

    private var accounts: Accounts { Accounts(env: env) }

    private func isStatusPath(_ segments: [String]) -> Bool {
        segments.count == 4 && segments[1] == "workflow" && segments[3] == "status"
    }

    private func signedIn(_ result: (user: Accounts.User, token: Accounts.IssuedKey)) throws -> Response {
        try Response.json(
            JSONValue.object([
                "user": .object(["id": .string(result.user.id)]), "token": .string(result.token.key),
            ])
        )
    }

    private func apiKey(_ request: Request) throws -> String {
        guard let key = request.headers.get("x-api-key") else { throw TaskAgentError.unauthorized("Missing x-api-key") }
        return key
    }

    private func token(_ request: Request) throws -> String {
        if let header = request.headers.get("authorization"), header.hasPrefix("Bearer ") {
            return String(header.dropFirst("Bearer ".count))
        }
        return try apiKey(request)
    }
}

/// The members of a request's JSON object, read strictly.
private struct Fields {
    private let object: JSONObject

    init(_ request: Request) async throws {
        let value: JSONValue
        do {
            value = try await request.json()
        } catch {
            throw TaskAgentError.invalid("The body is not JSON: \(error)")
        }
        guard case .object(let object) = value else { throw TaskAgentError.invalid("The body is not a JSON object") }
        self.object = object
    }

    func text(_ name: String) throws -> String {
        guard let text = try optionalText(name) else { throw TaskAgentError.invalid("Missing \(name)") }
        return text
    }

    func optionalText(_ name: String) throws -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else { throw TaskAgentError.invalid("\(name) is not a string") }
        return text
    }

    func optionalFlag(_ name: String) throws -> Bool? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let flag = value.bool else { throw TaskAgentError.invalid("\(name) is not a boolean") }
        return flag
    }

    func optionalInteger(_ name: String) throws -> Int64? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let number = value.int, number > 0, number <= 10 * 365 * 24 * 3600 else {
            throw TaskAgentError.invalid("\(name) is not a number of seconds")
        }
        return Int64(number)
    }
}
