import AgentHost
import Distributed
import DurableActors

/// An agent with a little of everything.
distributed actor NoteAgent: Agent {
    struct Env: Sendable {}

    struct State: Codable, Sendable, Equatable {
        var count: Int
    }

    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    static var initialState: State { State(count: 0) }

    static var callables: [Callable<NoteAgent>] {
        [
            Callable("add") { try await $0.add($1, $2) },
            Callable("greet") { try await $0.greet(name: $1, mark: $2) },
            Callable("nothing") { try await $0.nothing() },
            Callable("null") { try await $0.null() },
            Callable("refuse") { try await $0.refuse() },
            Callable("count") { try await $0.count(to: $1) },
        ]
    }

    let ctx: DurableObjectState
    private var held: [CheckedContinuation<Void, Never>] = []
    private var watching: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    private var holds = true
    private var leaving: [CheckedContinuation<Void, Never>] = []

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func add(_ first: Int, _ second: Int) -> Int { first + second }
    distributed func greet(name: String, mark: String?) -> String { "hello \(name)\(mark ?? "")" }
    distributed func nothing() {}
    distributed func null() -> Int? { nil }
    distributed func refuse() throws { throw Refusal(description: "not today") }
    distributed func count(to value: Int) throws { try setState(State(count: value)) }

    func validateStateChange(_ state: State, _ source: StateSource) throws {
        if state.count < 0 { throw Refusal(description: "negative") }
    }

    func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws {
        if context.request.url.searchParameter("fail") != nil { throw Refusal(description: "no entry") }
    }

    func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws {
        switch message {
        case .text("reset"): try ctx.abort("as asked")
        case .text(let text) where text == "close me": try connection.close(code: 4001, reason: "as you wish")
        case .text(let text): try connection.send("echo " + text)
        case .binary(let bytes) where bytes.first == 0xFF:
            if holds { await hold() }
            try connection.send([0xFF])
        case .binary(let bytes): try connection.send(bytes)
        }
    }

    private func hold() async {
        await withCheckedContinuation { continuation in
            held.append(continuation)
            if let watching, held.count >= watching.count {
                self.watching = nil
                watching.continuation.resume()
            }
        }
    }

    private func waitUntilHeld(_ count: Int) async {
        if held.count < count { await withCheckedContinuation { watching = (count, $0) } }
    }

    private func release() {
        holds = false
        for continuation in held { continuation.resume() }
        held = []
    }

    func onClose(_ connection: Connection, code: Int, reason: String, wasClean: Bool) async throws {
        if reason == "stay" { await withCheckedContinuation { leaving.append($0) } }
    }

    func onRequest(_ request: Request) async throws -> Response {
        if request.url.searchParameter("reset") != nil {
            for continuation in leaving { continuation.resume() }
            try ctx.abort("as asked")
        }
        if let count = request.url.searchParameter("held").flatMap({ Int($0) }) {
            await waitUntilHeld(count)
            return Response("\(held.count)")
        }
        if request.url.searchParameter("release") != nil { release() }
        if let count = request.url.searchParameter("bytes").flatMap({ Int($0) }) {
            return Response(body: .bytes([UInt8](repeating: 0x61, count: count)))
        }
        return Response("\(name) \(request.method) \(try await request.text())")
    }
}
