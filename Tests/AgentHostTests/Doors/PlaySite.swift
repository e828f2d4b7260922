import AgentHost
import DurableActors
import Foundation
import HostClient
import Locks
import Testing
import Workflows

/// A host of one workflow, with the routes that a program would give it.
final class PlaySite {
    /// Waits until the instance of an id has ended.
    typealias Following = @Sendable (_ id: String) async throws -> Void

    let host: LoopbackHost

    convenience init(_ env: @escaping Play.Env) throws { try self.init(following: { _ in env }) }

    /// A workflow whose code may follow other instances.
    init(following env: (@escaping Following) -> Play.Env) throws {
        host = try LoopbackHost { runtime in
            let known = SharedWorkflow()
            let run = env { id in for try await _ in try await known.workflow.get(id).subscribe() {} }
            let plays = try runtime.registerWorkflow(Play.self, binding: "PLAYS", name: "my-play", env: run)
            known.set(plays)
            try runtime.start(environment: ())
            return { request in
                do {
                    return try await Self.answer(request, plays)
                } catch let error as WorkflowError {
                    return Response(error.message, status: 400)
                }
            }
        }
    }

    /// `POST /` and `POST /batch` create, `/ID` is an instance and `/ID/VERB` does something with it.
    private static func answer(_ request: Request, _ plays: Workflow<Play>) async throws -> Response {
        let path = request.url.pathname.split(separator: "/").map { String($0).removingPercentEncoding ?? "" }
        switch (request.method, path.count, path.first) {
        case ("POST", 0, _):
            let id = request.url.searchParameter("id")
            return Response(try await plays.create(id: id, params: try await request.json()).id)
        case ("POST", 1, "batch"):
            let batch = (try await request.json().array ?? []).map { one in
                WorkflowInstanceOptions(id: one["id"]?.string, params: one["params"] ?? nil)
            }
            return Response(try await plays.createBatch(batch).map(\.id).joined(separator: ","))
        case ("POST", 1, "delete"):
            let ids = (try await request.json().array ?? []).compactMap(\.string)
            let done = try await plays.deleteBatch(ids)
            let errors = done.errors.map { "\($0.id) \($0.code)" }
            return Response((done.deleted + errors).joined(separator: ","))
        default: return try await answer(request, path.last ?? "", of: try await plays.get(path.first ?? ""))
        }
    }

    private static func answer(
        _ request: Request,
        _ verb: String,
        of instance: WorkflowInstance
    ) async throws
        -> Response
    {
        let query = request.url.searchParameter
        switch verb {
        case "events": return instance.serverSentEvents(for: request)
        case "send": try await instance.sendEvent(type: query("type") ?? "", payload: try await request.json())
        case "pause": try await instance.pause()
        case "resume": try await instance.resume()
        case "terminate": try await instance.terminate(rollback: query("rollback") != nil)
        case "restart":
            if let step = query("from") {
                try await instance.restart(from: step)
            } else {
                try await instance.restart()
            }
        case "delete": try await instance.delete()
        default: return try Response.json(try await instance.status())
        }
        return Response("ok")
    }

    /// Sends JSON to a path; the answer's text.
    @discardableResult
    func post(_ path: String, _ value: JSONValue = nil) throws -> String { try host.http().post(path, value).text }

    func create(_ id: String, _ params: JSONValue = nil) throws {
        try #require(try post("/?id=\(id)", params) == id)
    }

    /// What the host says of an instance, or why it does not.
    func status(_ id: String) throws -> JSONValue {
        let answer = try host.http().request("GET", "/" + id)
        return answer.status == 200 ? try answer.json() : .string(answer.text)
    }

    /// What happens to an instance after an event of a number, to its end.
    func events(_ id: String, after: Int = 0) throws -> [PlayEvent] {
        let headers = [("last-event-id", "\(after)")]
        return PlayEvent.all(in: try host.http().request("GET", "/\(id)/events", headers: headers).text)
    }

    /// Waits for what is to happen to an instance, however often before.
    func wait(_ id: String, for name: String, times: Int = 1) throws {
        let socket = try ClientSocket(port: host.port)
        try socket.write(Array("GET /\(id)/events HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
        var received = ""
        while received.split(separator: "event: \(name)\n", omittingEmptySubsequences: false).count <= times {
            guard let bytes = try socket.read() else { throw ClientError("\(name) has not come: \(received)") }
            received += String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Waits for an instance's end; its status then.
    func end(_ id: String) throws -> JSONValue {
        _ = try events(id)
        return try status(id)
    }
}

/// The workflow of a site, for code that is made before it.
private final class SharedWorkflow: Sendable {
    private let registered = Mutex<Workflow<Play>?>(nil)

    var workflow: Workflow<Play> { get throws { try #require(registered.withLock { $0 }) } }

    func set(_ workflow: Workflow<Play>) { registered.withLock { $0 = workflow } }
}

/// One thing that a stream of server-sent events has told of an instance.
struct PlayEvent: Equatable {
    let id: Int
    let name: String
    let data: JSONValue

    static func all(in text: String) -> [PlayEvent] {
        text.split(separator: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n").map { $0.split(separator: ": ", maxSplits: 1).map(String.init) }
            guard lines.count == 3, let id = Int(lines[0][1]) else { return nil }
            // Silence is right: a line that is no JSON is no event, and missed by the test.
            return (try? JSON.parse(Array(lines[2][1].utf8))).map { PlayEvent(id: id, name: lines[1][1], data: $0) }
        }
    }
}
