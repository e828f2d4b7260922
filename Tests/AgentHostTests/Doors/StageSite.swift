import AgentHost
import DurableActors
import HostClient
import Testing

/// A host of stages: `/NAME/OPERATION` and `/id/ID/OPERATION` reach one, by its name or its id.
final class StageSite {
    /// So many that each node has some.
    private static let wardens = 16

    let host: LoopbackHost

    init(_ env: Stage.Env) throws {
        host = try LoopbackHost { runtime in
            let stages = try runtime.register(Stage.self, binding: "STAGES", uniqueKey: "stages", environment: env)
            let wardens = try runtime.register(
                Warden.self,
                binding: "WARDENS",
                uniqueKey: "wardens",
                environment: stages
            )
            // Of another class, so ids of it are none of stages.
            let others = try runtime.register(Stage.self, binding: "OTHERS", uniqueKey: "others", environment: env)
            try runtime.start(environment: env)
            return { request in
                do {
                    return try await Self.answer(request, stages, others, wardens)
                } catch {
                    return Self.answer(error)
                }
            }
        }
    }

    private static func answer(
        _ request: Request,
        _ stages: DurableObjectNamespace<Stage>,
        _ others: DurableObjectNamespace<Stage>,
        _ wardens: DurableObjectNamespace<Warden>
    ) async throws -> Response {
        let path = request.url.segments
        switch path.first {
        case "new": return Response("\(stages.newUniqueId())")
        case "id": return try await stages.get(try stages.idFromString(path[1])).fetch(request)
        case "id-of": return Response("\(stages.idFromName(path[1]))")
        case "name-of": return Response(try stages.idFromString(path[1]).name ?? "none")
        case "other-id-of": return Response("\(others.idFromName(path[1]))")
        case "evict":
            let closes = request.url.query == "close"
            for number in 0..<Self.wardens
            where try await wardens.getByName("\(number)").evict(path[1], closesSockets: closes) {
                return Response("evicted")
            }
            return Response("nothing to evict", status: 404)
        default: return try await stages.getByName(path[0]).fetch(request)
        }
    }

    /// An error as a client of this host sees it.
    private static func answer(_ error: any Error) -> Response {
        var headers = Headers()
        if let error = error as? DurableObjectError {
            headers.set("x-name", error.name)
            if error.durableObjectReset { headers.set("x-reset", "true") }
            if error.remote { headers.set("x-remote", "true") }
        }
        return Response("\(error)", status: 500, headers: headers)
    }

    /// Asks an object on a connection of its own.
    func ask(_ path: String, _ method: String = "GET", body: String = "") throws -> HTTPClient.Answer {
        try host.http().request(method, "/" + path, body: Array(body.utf8))
    }

    /// What an object answers.
    func text(_ path: String) throws -> String { try ask(path).text }

    func socket(_ path: String) throws -> WebSocketClient { try host.socket("/" + path) }

    /// Has an object leave memory.
    func evict(_ name: String, closingSockets: Bool = false) throws {
        try #require(try text("evict/\(name)\(closingSockets ? "?close" : "")") == "evicted")
    }
}

extension WebSocketClient {
    /// The next text that comes.
    func text() throws -> String {
        let next = try receive()
        guard case .text(let text) = next else { throw ClientError("No text came but \(next)") }
        return text
    }

    /// Sends a text and waits for the next that comes.
    func ask(_ text: String) throws -> String {
        try send(text)
        return try self.text()
    }
}
