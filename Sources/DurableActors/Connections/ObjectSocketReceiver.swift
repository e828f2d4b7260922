internal import Distributed

/// Turns what comes in on a socket that an object holds into events of the object, waking it if need be.
final class ObjectSocketReceiver: WebSocketReceiver {
    private let cell: ObjectCell
    private let socket: WebSocket

    init(cell: ObjectCell, socket: WebSocket) {
        self.cell = cell
        self.socket = socket
    }

    func received(_ message: OutgoingMessage) {
        let socket = socket
        submit { object in try await Self.message(object, socket, message.message) }
    }

    func closed(code: Int, reason: String) {
        let (socket, cell) = (socket, cell)
        submit { object in
            defer { cell.sockets.remove(socket) }
            try await Self.close(object, socket, code, reason, wasClean: true)
            // The peer is answered with its own code where the object did not answer itself.
            try socket.close(code: code == 1005 ? nil : code, reason: code == 1005 ? nil : reason)
        }
    }

    func lost(_ error: (any Error)?) {
        let (socket, cell) = (socket, cell)
        submit { object in
            defer { cell.sockets.remove(socket) }
            if let error { return try await Self.error(object, socket, error) }
            try await Self.close(
                object,
                socket,
                1006,
                "WebSocket disconnected without sending Close frame.",
                wasClean: false
            )
        }
    }

    private func submit(_ handle: @escaping @Sendable (any DurableObject) async throws -> Void) {
        let (cell, socket) = (cell, socket)
        cell.submit(
            ClosureEvent<Void>(
                { incarnation in
                    do {
                        try await handle(incarnation.object)
                    } catch {
                        cell.host.log.error("A socket's handler of \(cell.objectClass.className) threw: \(error)")
                    }
                },
                answer: { result in
                    // The object could not be started or was reset: its socket is of no more use.
                    if case .failure = result { socket.terminate() }
                }
            )
        )
    }

    private static func message<Object: DurableObject>(
        _ object: Object,
        _ socket: WebSocket,
        _ message: WebSocketMessage
    ) async throws {
        try await object.whenLocal { try await $0.webSocketMessage(socket, message) }
    }

    private static func close<Object: DurableObject>(
        _ object: Object,
        _ socket: WebSocket,
        _ code: Int,
        _ reason: String,
        wasClean: Bool
    ) async throws {
        try await object.whenLocal {
            try await $0.webSocketClose(socket, code: code, reason: reason, wasClean: wasClean)
        }
    }

    private static func error<Object: DurableObject>(
        _ object: Object,
        _ socket: WebSocket,
        _ error: any Error
    ) async throws {
        try await object.whenLocal { try await $0.webSocketError(socket, error) }
    }
}
