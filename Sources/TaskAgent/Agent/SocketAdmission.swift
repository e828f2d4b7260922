internal import AgentHost
internal import DurableActors

/// Decides who may open a socket: whoever has a key or a ticket, or anyone where the operator allows bare ones.
struct SocketAdmission: Sendable {
    /// The header by which the host tells an agent whose socket it is; never taken from outside.
    static let userHeader = "x-task-agent-user"

    let env: TaskAgentEnv

    func decide(_ request: Request) async throws -> AgentRoutingOptions.Decision {
        var admitted = request
        admitted.headers.delete(Self.userHeader)
        do {
            if let ticket = request.url.searchParameter("ticket") {
                admitted.headers.set(Self.userHeader, try await Accounts(env: env).consumeTicket(ticket).id)
            } else if let key = request.headers.get("x-api-key") ?? request.url.searchParameter("key") {
                admitted.headers.set(Self.userHeader, try await Accounts(env: env).validate(key).id)
            } else if !env.settings.allowsBareSockets {
                return .answer(Response("A socket needs a key or a ticket", status: 401))
            }
        } catch let error as TaskAgentError {
            return .answer(Response(error.description, status: error.status))
        }
        return .replace(admitted)
    }
}
