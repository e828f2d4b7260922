internal import Distributed
public import DurableActors

extension Agent {
    /// Starts the agent, once in each life: nothing of the framework enters before `onStart` has ended.
    ///
    /// Events that come meanwhile wait for the same start. When it throws, they all get the error and the next event
    /// tries again.
    func ensureStarted() async throws {
        switch core.phase {
        case .started: return
        case .starting(var waiting):
            try await withCheckedThrowingContinuation { continuation in
                waiting.append(continuation)
                core.phase = .starting(waiting)
            }
        case .cold:
            core.phase = .starting([])
            do {
                try redeliverWorkflows()
                try broadcastProtocol(Frames.mcpServers, without: [])
                try await onStart()
                finishStart(.started, .success(()))
            } catch {
                finishStart(.cold, .failure(error))
                throw error
            }
        }
    }

    private func finishStart(_ phase: AgentCore.Phase, _ result: Result<Void, any Error>) {
        guard case .starting(let waiting) = core.phase else { return }
        core.phase = phase
        for continuation in waiting { continuation.resume(with: result) }
    }

    /// What `super.fetch(request)` is in TypeScript: a class that replaces `fetch` passes on what it does not answer.
    public func handleAgentRequest(_ request: Request) async throws -> Response {
        guard request.isWebSocketUpgrade else {
            try await ensureStarted()
            do {
                return try await onRequest(request)
            } catch {
                try await onError(error)
                throw error
            }
        }
        return try await connect(request)
    }

    /// Sets a connection up; an error still answers 101, with an error frame and close code 1011 on the socket.
    private func connect(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        do {
            try await ensureStarted()
            // Before the socket is accepted: a first state is sent to the others, and to this one with its own frames.
            let state = try loadState()
            let context = ConnectionContext(request: request)
            let connection = try makeConnection(pair.server, request)
            let tags = try await getConnectionTags(connection, context)
            try Connection.check(tags: tags)
            let sendsProtocol = shouldSendProtocolMessages(connection, context)
            try connection.initialize(tags: [connection.id] + tags, isProtocolEnabled: sendsProtocol)
            try ctx.acceptWebSocket(pair.server, tags: [connection.id] + tags)
            if sendsProtocol { try sendProtocolFrames(to: connection, state) }
            try await onConnect(connection, context)
            return Response(status: 101, webSocket: pair.client)
        } catch {
            if ctx.incarnation.death != nil { throw error }
            ctx.dropWebSocket(pair.server)
            ctx.incarnation.cell.host.log.error("A connection of \(name) could not be set up: \(error)")
            return try refuseConnection(error)
        }
    }

    private func makeConnection(_ socket: WebSocket, _ request: Request) throws -> Connection {
        let id = request.url.searchParameter("_pk") ?? ctx.random.token(21)
        return try Connection(socket: socket, id: id, uri: request.url.description)
    }

    /// Answers 101 on a socket of its own, on which the client reads the error and then close code 1011.
    private func refuseConnection(_ error: any Error) throws -> Response {
        let pair = WebSocketPair()
        try pair.server.accept()
        try pair.server.send(Frames.setupError(String(describing: error)))
        try pair.server.close(code: 1011, reason: "Uncaught exception during session setup")
        return Response(status: 101, webSocket: pair.client)
    }

    private func sendProtocolFrames(to connection: Connection, _ state: JSONValue?) throws {
        try connection.send(Frames.identity(name: name, agent: KebabCase.convert(String(describing: Self.self))))
        if let state { try connection.send(Frames.state(state)) }
        try connection.send(Frames.mcpServers)
    }
}
