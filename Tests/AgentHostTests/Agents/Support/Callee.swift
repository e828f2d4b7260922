import AgentHost
import Distributed
import DurableActors

/// An agent with methods of every kind.
distributed actor Callee: Agent {
    static var options: AgentOptions { AgentOptions(retry: RetryOptions(maxAttempts: 5)) }

    static var callables: [Callable<Callee>] {
        [
            Callable("add") { try await $0.add($1, $2) },
            Callable("asyncMethod") { try await $0.asyncMethod($1) },
            Callable("throwError") { try await $0.throwError($1) },
            Callable("delayedThrow") { try await $0.delayedThrow($1) },
            Callable("voidMethod") { try await $0.voidMethod() },
            Callable("returnNull") { try await $0.returnNull() },
            Callable("echo") { try await $0.echo($1, $2) },
            Callable("optionals") { try await $0.optionals($1, $2) },
            Callable("nest") { try await $0.nest($1) },
            Callable("whoAmI") { try await $0.whoAmI() },
            Callable(streaming: "streamNumbers", description: "Counts.") { try await $0.streamNumbers($1, $2) },
            Callable(streaming: "streamSlowly") { try await $0.streamSlowly($1) },
            Callable(streaming: "streamError") { try await $0.streamError($1) },
            Callable(streaming: "throwAtOnce") { try await $0.throwAtOnce($1) },
            Callable(streaming: "endTwice") { try await $0.endTwice($1) },
            Callable(streaming: "endDeep") { try await $0.endDeep($1) },
        ]
    }

    static var callbacks: [Callable<Callee>] {
        [
            Callable("privateMethod") { try await $0.voidMethod() },
            Callable("stubborn") { try await $0.stubborn() },
        ]
    }

    let ctx: DurableObjectState
    let tape: Tape

    init(ctx: DurableObjectState, env: Tape) {
        self.ctx = ctx
        tape = env
        actorSystem = ctx.actorSystem
    }

    func onRequest(_ request: Request) async throws -> Response {
        var response = Response(headers: request.headers, body: .bytes(try await request.body?.collect() ?? []))
        response.headers.set("x-seen", "\(request.method) \(request.url)")
        return response
    }

    distributed func add(_ first: Int, _ second: Int) -> Int { first + second }
    distributed func asyncMethod(_ milliseconds: Int64) async throws -> String {
        try await ctx.sleep(milliseconds: milliseconds)
        return "done"
    }
    distributed func throwError(_ message: String) throws { throw Failure(message) }
    distributed func delayedThrow(_ milliseconds: Int64) async throws {
        try await ctx.sleep(milliseconds: milliseconds)
        tape.note("thrown")
        throw Failure("late")
    }
    distributed func stubborn() throws {
        tape.note("stubborn")
        throw Failure("no")
    }
    distributed func voidMethod() {}
    distributed func returnNull() -> Int? { nil }
    distributed func echo(_ first: JSONValue, _ second: JSONValue) -> JSONValue { [first, second] }
    distributed func optionals(_ first: Int?, _ second: String?) -> Bool { first == nil && second == nil }
    distributed func nest(_ depth: Int) -> JSONValue { (0..<depth).reduce(JSONValue.null) { inner, _ in [inner] } }

    distributed func whoAmI() -> [String] {
        let current = getCurrentAgent()
        let isSelf = current?.agent.id == id
        return ["\(isSelf)", current?.connection?.id ?? "no connection", current?.request?.method ?? "no request"]
    }

    distributed func streamNumbers(_ stream: StreamingResponse, _ count: Int) {
        for number in 0..<count { stream.send(number) }
        stream.end(count)
    }

    distributed func streamSlowly(_ stream: StreamingResponse) async throws {
        for chunk in ["a", "b"] {
            try await ctx.sleep(milliseconds: 100)
            tape.note("sent \(chunk) \(stream.send(chunk))")
        }
        tape.note("ended \(stream.end())")
    }

    distributed func streamError(_ stream: StreamingResponse) throws {
        stream.send("chunk1")
        throw Failure("Stream failed")
    }

    distributed func throwAtOnce(_ stream: StreamingResponse) throws { throw Failure("At once") }

    distributed func endTwice(_ stream: StreamingResponse) {
        stream.send("chunk1")
        tape.note("\(stream.error("First close")) \(stream.end("ignored")) \(stream.send("also ignored"))")
        tape.note("closed \(stream.isClosed)")
    }

    distributed func endDeep(_ stream: StreamingResponse) {
        tape.note("\(stream.send(nest(600))) \(stream.end(nest(600))) \(stream.isClosed)")
    }
}
