import AgentHost
import Distributed
import DurableActors

/// An agent for clients to talk to.
distributed actor BoardAgent: Agent {
    struct Env: Sendable {}
    typealias State = Count

    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    static var initialState: Count { Count(count: 0) }

    static var callables: [Callable<BoardAgent>] {
        [
            Callable("add") { try await $0.add($1, $2) },
            Callable("increment") { try await $0.increment() },
            Callable("refuse") { try await $0.refuse($1) },
            Callable("nothing") { try await $0.nothing() },
            Callable("slowly") { try await $0.slowly() },
            Callable("ends") { try await $0.pastEnds() },
            Callable(streaming: "numbers") { try await $0.numbers($1, $2) },
        ]
    }

    let ctx: DurableObjectState
    /// How connections have ended, and what went on meanwhile.
    private var ends: [String] = []

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func add(_ first: Int, _ second: Int) -> Int { first + second }
    distributed func nothing() {}

    distributed func pastEnds() -> [String] { ends }

    distributed func slowly() async throws {
        try await ctx.sleep(milliseconds: 100)
        ends.append("done")
    }

    distributed func numbers(_ stream: StreamingResponse, _ count: Int) throws {
        for number in 0..<count { stream.send(number) }
        if count > 3 { throw Refusal(description: "Stream failed") }
        stream.end("all")
    }

    distributed func refuse(_ text: String) throws { throw Refusal(description: text) }

    distributed func increment() throws -> Int {
        let count = try state.count + 1
        try setState(Count(count: count))
        return count
    }

    func validateStateChange(_ state: Count, _ source: StateSource) throws {
        if state.count < 0 { throw Refusal(description: "negative") }
    }

    func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws {
        switch message {
        case .text("reset"): try ctx.abort("as asked")
        case .text(let text):
            if let code = Int(text) { return try connection.close(code: code, reason: "as you wish") }
            try connection.send("echo " + text)
        case .binary(let bytes): try connection.send(bytes.reversed())
        }
    }

    func onClose(_ connection: Connection, code: Int, reason: String, wasClean: Bool) async throws {
        ends.append("\(code) \(wasClean)")
    }

    func onRequest(_ request: Request) async throws -> Response {
        Response("\(request.method) \(request.url.pathname)?\(request.url.query) \(try await request.text())")
    }
}
