internal import AgentHost
internal import Distributed
internal import DurableActors

/// An agent with something of everything that a client can meet.
distributed actor ProbeAgent: Agent {
    struct Env: Sendable {}

    struct State: Codable, Sendable {
        var count: Int
        var note: String?
    }

    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    static var initialState: State { State(count: 0) }

    static var callables: [Callable<ProbeAgent>] {
        [
            Callable("add") { try await $0.add($1, $2) },
            Callable("echo") { try await $0.echo($1) },
            Callable("nothing") { try await $0.nothing() },
            Callable("null") { try await $0.null() },
            Callable("refuse") { try await $0.refuse($1) },
            Callable("count") { try await $0.count(to: $1) },
            Callable("hold") { try await $0.hold() },
            Callable("release") { try await $0.release() },
            Callable("closes") { try await $0.pastCloses() },
            Callable(streaming: "streamNumbers") { try await $0.streamNumbers($1, $2) },
            Callable(streaming: "streamError") { try await $0.streamError($1) },
            Callable(streaming: "streamThrows") { try await $0.streamThrows($1) },
            Callable(streaming: "streamEndedTwice") { _ = try await $0.streamEndedTwice($1) },
            Callable(streaming: "streamHeld") { try await $0.streamHeld($1) },
        ]
    }

    let ctx: DurableObjectState
    private var held: [CheckedContinuation<Void, Never>] = []
    private var closes: [String] = []

    init(ctx: DurableObjectState, env: Env) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    distributed func add(_ first: Int, _ second: Int) -> Int { first + second }
    distributed func echo(_ value: JSONValue) -> JSONValue { value }
    distributed func nothing() {}
    distributed func null() -> Int? { nil }
    distributed func refuse(_ text: String) throws { throw Refusal(description: text) }
    distributed func count(to value: Int) throws { try setState(State(count: value)) }

    /// Is answered once `release` was called.
    distributed func hold() async -> String {
        await withCheckedContinuation { held.append($0) }
        return "held"
    }

    distributed func release() -> Int {
        defer { held = [] }
        for continuation in held { continuation.resume() }
        return held.count
    }

    /// How connections have ended in this life.
    distributed func pastCloses() -> [String] { closes }

    distributed func streamNumbers(_ stream: StreamingResponse, _ count: Int) {
        for number in 0..<count { stream.send(number) }
        stream.end(count)
    }

    distributed func streamError(_ stream: StreamingResponse) throws {
        stream.send("chunk1")
        throw Refusal(description: "Stream failed")
    }

    distributed func streamThrows(_ stream: StreamingResponse) throws { throw Refusal(description: "at once") }

    distributed func streamEndedTwice(_ stream: StreamingResponse) -> Bool {
        stream.send("chunk1")
        stream.error("First close")
        return stream.end("ignored") || stream.send("also ignored")
    }

    /// Sends its second chunk once `release` was called.
    distributed func streamHeld(_ stream: StreamingResponse) async {
        stream.send("a")
        await withCheckedContinuation { held.append($0) }
        stream.send("b")
        stream.end()
    }

    func validateStateChange(_ state: State, _ source: StateSource) throws {
        if state.count < 0 { throw Refusal(description: "negative") }
    }

    func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws {
        if context.request.url.searchParameter("fail") != nil { throw Refusal(description: "no entry") }
        if context.request.url.searchParameter("greet") != nil {
            try connection.send(#"{"id":"\#(connection.id)","path":"\#(context.request.url.pathname)"}"#)
        }
    }

    func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws {
        switch message {
        case .text("throw"): throw Refusal(description: "as asked")
        case .text(let text):
            if text.hasPrefix("close "), let code = Int(text.dropFirst(6)) {
                return try connection.close(code: code, reason: "as asked")
            }
            try connection.send("echo " + text)
        case .binary(let bytes): try connection.send(bytes)
        }
    }

    func onClose(_ connection: Connection, code: Int, reason: String, wasClean: Bool) async throws {
        closes.append("\(code) \(wasClean)")
    }

    func onRequest(_ request: Request) async throws -> Response {
        let length = try await request.body?.collect().count ?? 0
        return Response("\(name) \(request.method) \(request.url.pathname)?\(request.url.query) \(length)")
    }
}
