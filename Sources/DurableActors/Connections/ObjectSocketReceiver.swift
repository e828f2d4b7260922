internal import Distributed

/// Turns what comes in on a socket that an object holds into events of the object, waking it if need be.
///
/// Events of one socket begin in the order of their arrival, since the cell runs what waits in order and an event's first
/// turn follows its beginning; they may overlap where a handler waits.
struct ObjectSocketReceiver {
    private enum Event: Sendable {
        case message(OutgoingMessage)
        case closed(code: Int, reason: String, wasClean: Bool)
        case failed(any Error)
    }

    let cell: ObjectCell
    let socket: WebSocket

    func receive(_ input: WebSocket.Input) {
        switch input {
        case .message(let message): submit(.message(message))
        case .closed(let code, let reason): submit(.closed(code: code, reason: reason, wasClean: true))
        case .lost(let error?): submit(.failed(error))
        case .lost(nil):
            let reason = "WebSocket disconnected without sending Close frame."
            submit(.closed(code: 1006, reason: reason, wasClean: false))
        }
    }

    private func submit(_ event: Event, isLast: Bool = false) {
        let (cell, socket) = (cell, socket)
        cell.submit(
            SocketEvent(cell: cell) { incarnation in
                // The socket may have been dropped by a reset while its message was on the way to the next incarnation.
                guard isLast || !socket.isDropped else { return }
                let timer = Self.startTimer(incarnation)
                defer { timer?.cancel() }
                defer { Self.answerClose(event, socket, incarnation) }
                try await Self.handle(event, socket, incarnation.object)
            } undelivered: {
                let isFirst = !socket.isDropped
                socket.terminate()
                // One more attempt is made to tell an object of it that could not even be started.
                if isFirst, cell.isCurrent, cell.current?.hasBegunEvents == false {
                    let error = DurableObjectError(.disconnected, "The object could not be started for its socket.")
                    self.submit(.failed(error), isLast: true)
                }
            }
        )
    }

    private static func handle<Object: DurableObject>(
        _ event: Event,
        _ socket: WebSocket,
        _ object: Object
    ) async throws {
        try await object.whenLocal { object in
            switch event {
            case .message(let message):
                try await object.webSocketMessage(socket, message.message)
            case .closed(let code, let reason, let wasClean):
                unlistAfterTurn(object, socket)
                try await object.webSocketClose(socket, code: code, reason: reason, wasClean: wasClean)
            case .failed(let error):
                unlistAfterTurn(object, socket)
                try await object.webSocketError(socket, error)
            }
        }
    }

    /// Has the socket leave the list when the running turn, the first of its last handler, has ended.
    private static func unlistAfterTurn(_ object: some DurableObject, _ socket: WebSocket) {
        let cell = object.id.cell
        cell.perform { cell.sockets.remove(socket) }
    }

    /// Answers the peer's close with its own code where the object has not answered itself.
    private static func answerClose(_ event: Event, _ socket: WebSocket, _ incarnation: Incarnation) {
        guard case .closed(let code, let reason, true) = event, incarnation.death == nil else { return }
        socket.close(as: code, reason)
    }

    /// Has the object reset when the handler takes longer than it has said.
    private static func startTimer(_ incarnation: Incarnation) -> TimerToken? {
        let cell = incarnation.cell
        guard let limit = cell.socketExtras?.eventTimeout else { return nil }
        let world = cell.host.world
        return world.scheduler.schedule(atUptime: world.clock.uptimeNanoseconds + UInt64(limit) * 1_000_000) {
            cell.perform {
                let text = "Actor exceeded event execution time and was disconnected."
                cell.reset(incarnation, because: DurableObjectError(.disconnected, text, retryable: true))
            }
        }
    }
}
