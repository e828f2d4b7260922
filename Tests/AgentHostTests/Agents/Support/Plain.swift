import AgentHost
import Distributed
import DurableActors

/// An agent without an initial state, which keeps its name from its clients.
distributed actor Plain: Agent {
    static var options: AgentOptions { AgentOptions(sendIdentityOnConnect: false) }

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Tape) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func keep(_ state: JSONValue?) throws { try setState(state) }
    distributed func kept() throws -> JSONValue? { try state }
}

/// An agent whose `broadcast` means something else than the SDK's.
distributed actor Shouter: Agent {
    typealias State = Int?

    let ctx: DurableObjectState
    let tape: Tape

    init(ctx: DurableObjectState, env: Tape) {
        self.ctx = ctx
        tape = env
        actorSystem = ctx.actorSystem
    }

    static var callables: [Callable<Shouter>] { [Callable("count") { try await $0.count($1) }] }

    distributed func count(_ value: Int) throws { try setState(value) }

    func broadcast(_ text: String, without: [String]) throws {
        tape.note("without \(without)")
        try defaultBroadcast(JSONValue.object(["type": .string(text)]).description, without: [])
    }

    func setState(_ state: Int?) throws {
        do {
            try defaultSetState(state)
        } catch {
            tape.note("caught \(error)")
        }
    }

    func validateStateChange(_ state: Int?, _ source: StateSource) throws {
        if state == 13 { throw Failure("unlucky") }
    }

    distributed func fetch(_ request: Request) async throws -> Response {
        if request.url.pathname.hasPrefix("/api/") { return Response("own \(name)") }
        return try await defaultFetch(request)
    }

    func onError(_ error: any Error) async throws {}

    func onRequest(_ request: Request) async throws -> Response { throw Failure("nobody is told") }
}
