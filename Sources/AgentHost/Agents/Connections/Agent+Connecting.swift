internal import Distributed
internal import DurableActors

extension Agent {
    /// Sets a connection up; an error still answers 101, with an error frame and close code 1011 on the socket.
    func connect(_ request: Request) async throws -> Response {
        let pair = WebSocketPair()
        do {
            try await ensureStarted()
            let context = ConnectionContext(request: request)
            let asked = request.url.searchParameter("_pk") ?? ""
            let id = asked.isEmpty ? ctx.random.token(21) : asked
            let connection = try Connection(pair.server, id: id, uri: request.url.description, server: name)
            try await entering(connection: connection, request: request) {
                try await open(connection, context)
            }
            return Response(status: 101, webSocket: pair.client)
        } catch {
            if ctx.incarnation.death != nil { throw error }
            ctx.dropWebSocket(pair.server)
            if error is SilencedError { throw error }
            log.error("A connection of \(Self.className) \(name) could not be set up: \(error)")
            return try refuseConnection(error)
        }
    }

    private func open(_ connection: Connection, _ context: ConnectionContext) async throws {
        let own = try await getConnectionTags(connection, context)
        let tags = [connection.id] + own.filter { $0 != connection.id }
        try Connection.check(tags: tags)
        let sendsProtocol = shouldSendProtocolMessages(connection, context)
        let isReadonly = shouldConnectionBeReadonly(connection, context)
        try connection.change {
            $0.tags = tags
            $0.isProtocolEnabled = sendsProtocol
            $0.isReadonly = isReadonly
        }
        // Before the socket is accepted, in the same turn: a first state is sent to the others, and to this one with its
        // own frames.
        let state = sendsProtocol ? try loadState().text : nil
        try ctx.acceptWebSocket(connection.socket, tags: tags)
        if sendsProtocol { try sendProtocolFrames(to: connection, state) }
        emit("connect", ["connectionId": .string(connection.id)])
        try await guarded(connection) { try await onConnect(connection, context) }
    }

    private func sendProtocolFrames(to connection: Connection, _ state: String?) throws {
        if Self.options.sendIdentityOnConnect {
            try connection.send(Frames.identity(name: name, agent: KebabCase.convert(Self.className)))
        }
        if let state { try connection.send(Frames.state(text: state)) }
        try connection.send(Frames.mcpServers)
    }

    /// Answers 101 on a socket of its own, on which the client reads the error and then close code 1011.
    private func refuseConnection(_ error: any Error) throws -> Response {
        let pair = WebSocketPair()
        try pair.server.accept()
        try pair.server.send(Frames.setupError(String(describing: error)))
        try pair.server.close(code: 1011, reason: "Uncaught exception during session setup")
        return Response(status: 101, webSocket: pair.client)
    }
}
