import AgentHost
import Distributed
import DurableActors

/// The door: `POST /api/agent` begins a project and streams its blueprint; `POST /api/agent/ID/ticket` gives a ticket,
/// `/api/agent/ID/ws?ticket=…` takes one for a socket, `GET /api/agent/ID/files` has what is there.
struct GeneratorDoor: Sendable {
    static let ticketMilliseconds: Int64 = 15_000

    let agents: DurableObjectNamespace<CodeGeneratorAgent>
    let world: World

    func fetch(_ request: Request) async throws -> Response {
        let path = request.url.segments
        guard path.starts(with: ["api", "agent"]), path.count > 2 || request.method == "POST" else {
            return Response("Not found", status: 404)
        }
        if path.count == 2 { return try await begin(try await request.json()["query"]?.string ?? "") }
        let agent = try await getAgentByName(agents, path[2])
        switch (request.method, path.dropFirst(3).joined(separator: "/")) {
        case ("POST", "ticket"):
            let ticket = world.random.token(32)
            let expiresAt = world.clock.nowMilliseconds + Self.ticketMilliseconds
            try await agent.storeWsTicket(ticket, expiresAt: expiresAt)
            return try Response.json(["ticket": ticket])
        case ("GET", "ws"):
            guard try await agent.consumeWsTicket(request.url.searchParameter("ticket") ?? "") else {
                return Response("This ticket is not good", status: 401)
            }
            return try await agent.fetch(request)
        case ("GET", "files"): return try Response.json(try await agent.exportGitObjects())
        default: return Response("Not found", status: 404)
        }
    }

    /// Answers at once, with a line of JSON for the id, for each piece of the blueprint, and for the end.
    private func begin(_ query: String) async throws -> Response {
        let id = world.random.token(21)
        let agent = try await getAgentByName(agents, id)
        let (stream, writer) = ByteStream.make()
        Task(executorPreference: world.scheduler.taskExecutor) {
            do {
                try await writer.write(line(["agentId": .string(id)]))
                let blueprint = try await agent.initialize(
                    query: query,
                    onBlueprintChunk: RpcCallback { try await writer.write(line(["chunk": .string($0)])) }
                )
                try await writer.write(line(["blueprint": try JSONValue(encoding: blueprint)]))
                writer.finish()
            } catch {
                // Silence is right: a client that has gone is told nothing.
                try? await writer.write(line(["error": .string("\(error)")]))
                writer.finish()
            }
        }
        return Response(headers: ["content-type": "application/x-ndjson"], body: .stream(stream))
    }

    private func line(_ value: JSONObject) -> String { JSONValue.object(value).description + "\n" }
}
