internal import Locks

/// Turns what comes in on a socket that an object has taken by `accept` into events of that life of the object.
final class StandardSocketReceiver: WebSocketReceiver {
    private let incarnation: Incarnation
    private let socket: WebSocket
    private let allowHalfOpen: Bool

    init(incarnation: Incarnation, socket: WebSocket, allowHalfOpen: Bool) {
        self.incarnation = incarnation
        self.socket = socket
        self.allowHalfOpen = allowHalfOpen
    }

    func received(_ message: OutgoingMessage) { submit(.message(message)) }

    func closed(code: Int, reason: String) {
        submit(.close(WebSocketCloseEvent(code: code, reason: reason, wasClean: true)))
    }

    func lost(_ error: (any Error)?) {
        if let error { return submit(.error(error)) }
        let reason = "WebSocket disconnected without sending Close frame."
        submit(.close(WebSocketCloseEvent(code: 1006, reason: reason, wasClean: false)))
    }

    private func submit(_ event: StandardSocketEvent) {
        let (living, socket, allowHalfOpen) = (incarnation, socket, allowHalfOpen)
        let cell = living.cell
        cell.submit(
            SocketEvent(cell: cell) { incarnation in
                // A reset drops the socket; what was on the way then is not for the next life of the object.
                guard incarnation === living else { return }
                if case .close(let close) = event, close.wasClean, !allowHalfOpen {
                    try socket.close(
                        code: close.code == 1005 ? nil : close.code,
                        reason: close.code == 1005 ? nil : close.reason
                    )
                }
                for listener in socket.state.withLock({ $0.listeners }) {
                    do {
                        try await listener(event)
                    } catch {
                        cell.host.log.error("A socket's listener of \(cell.objectClass.className) threw: \(error)")
                    }
                }
                // Nothing comes after the end: listeners may refer to the socket, and let go of it here.
                if !event.isMessage { socket.state.withLock { $0.listeners = [] } }
            }
        )
    }
}
