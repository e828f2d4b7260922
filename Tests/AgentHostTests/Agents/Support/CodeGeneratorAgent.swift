import AgentHost
import Distributed
import DurableActors

/// An agent shaped like a code generator: a protocol of its own, work in the background, callbacks and binary results.
distributed actor CodeGeneratorAgent: Agent {
    struct State: Codable, Sendable, Equatable {
        var phase: String
        var files: [String]
    }

    struct File: Codable, Sendable, Equatable {
        var path: String
        var data: [UInt8]
    }

    static var initialState: State { State(phase: "idle", files: []) }

    let ctx: DurableObjectState

    init(ctx: DurableObjectState, env: Tape) {
        self.ctx = ctx
        actorSystem = ctx.actorSystem
    }

    func onConnect(_ connection: Connection, _ context: ConnectionContext) async throws {
        let name = name
        ctx.waitUntil { [self] in
            try await ctx.sleep(milliseconds: 10)
            _ = try await whenLocal { _ in try connection.send(#"{"type":"agent_connected","agent":"\#(name)"}"#) }
        }
    }

    func onMessage(_ connection: Connection, _ message: WebSocketMessage) async throws {
        guard case .text(let text) = message else { return }
        // Silence is right: what is no JSON has no type, and is answered so.
        switch (try? JSON.parse(text))?["type"]?.string {
        case "session_init": try connection.send("got " + text)
        case "generate_all":
            ctx.waitUntil { [self] in
                try await ctx.sleep(milliseconds: 60_000)
                _ = try await whenLocal { try $0.setState(State(phase: "done", files: ["a"])) }
            }
        case let type?: try connection.send(#"{"type":"error","error":"Unknown message type: \#(type)"}"#)
        case nil: try connection.send(#"{"type":"error","error":"Not JSON"}"#)
        }
    }

    distributed func initialize(_ onBlueprintChunk: RpcCallback<String, Void>) async throws -> State {
        for chunk in ["one", "two", "three"] { try await onBlueprintChunk(chunk) }
        return try state
    }

    distributed func exportGitObjects() -> [File] { [File(path: "a", data: [0, 255, 10]), File(path: "b", data: [])] }

    distributed func handleBrowserFileServing(_ request: Request) async throws -> Response {
        let (stream, writer) = ByteStream.make()
        let text = try await request.text()
        try await writer.write(text + " and")
        try await writer.write(" more")
        writer.finish()
        return Response(status: 201, body: .stream(stream))
    }
}
