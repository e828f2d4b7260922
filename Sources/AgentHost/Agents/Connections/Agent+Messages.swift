internal import Distributed
public import DurableActors

extension Agent {
    /// The default of `DurableObject`: tells frames of the protocol from the application's messages.
    public func webSocketMessage(_ socket: WebSocket, _ message: WebSocketMessage) async throws {
        try await enter(socket) { connection in
            if case .text(let text) = message, let frame = ClientFrame(text) {
                switch frame {
                case .call(let call): return await answer(call, to: connection)
                case .state(let state): return try receive(state, from: connection)
                }
            }
            try await guarded(connection) { try await onMessage(connection, message) }
        }
    }

    /// The default of `DurableObject`: tells the agent that a client has gone.
    public func webSocketClose(_ socket: WebSocket, code: Int, reason: String, wasClean: Bool) async throws {
        try await enter(socket) { connection in
            emit(
                "disconnect",
                ["connectionId": .string(connection.id), "code": .integer(Int64(code)), "reason": .string(reason)]
            )
            try await guarded(connection) {
                try await onClose(connection, code: code, reason: reason, wasClean: wasClean)
            }
        }
    }

    /// The default of `DurableObject`: gives the failure of a connection's transport to `onError`.
    public func webSocketError(_ socket: WebSocket, _ error: any Error) async throws {
        try await enter(socket) { try await onError($0, error) }
    }

    private func enter(_ socket: WebSocket, _ body: (Connection) async throws -> Void) async throws {
        guard let connection = Connection(socket, server: name) else { return }
        try await ensureStarted()
        try await entering(connection: connection) { try await body(connection) }
    }
}
