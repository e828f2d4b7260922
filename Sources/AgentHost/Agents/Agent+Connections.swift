public import DurableActors
internal import Distributed

extension Agent {
    /// The open connections, the oldest first; with a tag, those that have it.
    public func getConnections(tag: String? = nil) throws -> [Connection] {
        let sockets = try tag.map { try ctx.getWebSockets(tag: $0) } ?? ctx.getWebSockets().reversed()
        return try sockets.filter { $0.readyState == .open }.compactMap { try Connection($0) }
    }

    /// The open connection with an id; throws when there are several.
    public func getConnection(_ id: String) throws -> Connection? {
        let found = try getConnections(tag: id).filter { $0.id == id }
        guard found.count <= 1 else {
            throw DurableObjectError(
                .invalidArgument,
                "More than one connection found for id \(id). Did you mean to use getConnections(tag) instead?"
            )
        }
        return found.first
    }

    /// Sends a text to every connection but those whose ids are given; the frame is made once.
    public func broadcast(_ text: String, without: [String] = []) throws {
        try broadcast(text, to: getConnections(), without: without)
    }

    func broadcastProtocol(_ text: String, without: [String]) throws {
        try broadcast(text, to: getConnections().filter { try $0.isProtocolEnabled }, without: without)
    }

    private func broadcast(_ text: String, to connections: [Connection], without: [String]) throws {
        let message = OutgoingMessage(.text(text))
        for connection in connections where !without.contains(connection.id) {
            do {
                try connection.socket.send(message)
            } catch {
                try connection.close(code: 1011, reason: "Unexpected error")
            }
        }
    }

    /// The default of `DurableObject`: tells protocol frames from the application's messages.
    public func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        guard let connection = try Connection(socket) else { return }
        try await ensureStarted()
        if case .text(let text) = message, let frame = ClientFrame(text) {
            switch frame {
            case .call(let call): return await answer(call, to: connection)
            case .state(let state): return try await receive(state, from: connection)
            }
        }
        do {
            try await onMessage(connection, message)
        } catch {
            try await onError(error)
        }
    }

    /// The default of `DurableObject`: tells the agent that a client has gone.
    public func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        guard let connection = try Connection(socket) else { return }
        try await ensureStarted()
        try await onClose(connection, code: code, reason: reason, wasClean: wasClean)
    }
}
