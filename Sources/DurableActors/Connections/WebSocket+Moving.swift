internal import Locks

/// How an object's end goes to another node: what comes in is held, then noted down or passed on, and taken up there.
extension WebSocket {
    /// Who gets what this end sends, at the other end.
    package var farReceiver: (any WebSocketReceiver)? { otherEnd?.state.withLock { $0.receiver } }

    /// Keeps what comes in from the object.
    func hold() { state.withLock { $0.isHeld = true } }

    /// Gives the object what was kept from it.
    func letGo() {
        state.withLock { state in
            state.isHeld = false
            deliverWaiting(&state)
        }
    }

    /// What is to go to another node; with `inputs` also what was kept from the object.
    package func moved(withInputs: Bool) throws -> MovedSocket {
        try state.withLock { state in
            MovedSocket(
                tags: state.tags,
                attachment: state.attachment,
                companion: try MovedSocket.Companion(state.companion),
                url: state.url,
                answeredAt: state.answeredAt,
                hasClosed: state.closeSent,
                inputs: withInputs ? state.waiting.map { MovedSocket.Input($0) } : []
            )
        }
    }

    /// Is no object's end any more, without a word to the other one.
    package func giveUp() {
        let other = state.withLock { state -> WebSocket? in
            state.waiting = []
            (state.isDropped, state.readyState) = (true, .closed)
            return state.takeRemains()?.other
        }
        other?.state.withLock { state in
            state.readyState = .closed
            (state.other, state.receiver) = (nil, nil)
        }
    }

    /// Is the end of whoever brings things to the object on its next node; what was kept from the object goes there first.
    package func becomeEnd(of receiver: any WebSocketReceiver) {
        state.withLock { state in
            (state.owner, state.extras, state.isHeld) = (nil, nil, false)
            state.use = .response
            state.receiver = receiver
            deliverWaiting(&state)
        }
    }

    /// A pair as it was on another node: the object's end with what the object was not told.
    package static func restored(_ moved: MovedSocket) -> WebSocketPair {
        let pair = WebSocketPair()
        pair.client.beginUse()
        if moved.hasClosed {
            pair.server.state.withLock { ($0.closeSent, $0.readyState) = (true, .closing) }
            pair.client.state.withLock { ($0.hasEnded, $0.readyState) = (true, .closing) }
        }
        for input in moved.inputs {
            switch input.input {
            // Silence is right: after its own close an end takes no more messages.
            case .message(let message): try? pair.client.send(message)
            case .closed(let code, let reason): pair.client.close(as: code, reason)
            case .lost(let error): pair.client.terminate(error)
            }
        }
        return pair
    }

    /// Is the object's end as it was on another node; on the cell.
    ///
    /// `inputs` is what the object is told first; it is asked for under the lock of this end.
    func adopt(_ moved: MovedSocket, by cell: ObjectCell, inputs: () -> [MovedSocket.Input]) throws {
        let companion = try moved.companion?.decoded()
        let answers = state.withLock { state in
            state.waiting = inputs().map(\.input) + state.waiting
            state.receiver = nil
            (state.use, state.owner) = (.hibernatable, cell)
            (state.tags, state.attachment, state.companion) = (moved.tags, moved.attachment, companion)
            (state.url, state.answeredAt) = (moved.url ?? state.url, moved.answeredAt)
            return deliverWaiting(&state, answers: true)
        }
        for answer in answers { otherEnd?.accept(.message(answer), isAnswer: true) }
    }
}

extension ObjectCell {
    /// Keeps from the object what comes in on its sockets; on the cell.
    func holdSockets() {
        guard seat == nil else { return }
        for socket in sockets.all { socket.hold() }
    }

    /// Gives the object what was kept from it; on the cell.
    package func letGoOfSockets() { for socket in sockets.all { socket.letGo() } }

    /// The sockets that go where the object goes, in their order; on the cell.
    package var movableSockets: [WebSocket] { seat == nil ? sockets.all : [] }

    /// What the object has said of its sockets; on the cell.
    package var socketSettings: MovedSocketSettings {
        let pair = socketExtras?.autoResponse
        return MovedSocketSettings(
            request: pair?.request,
            response: pair?.response,
            eventTimeout: socketExtras?.eventTimeout
        )
    }

    /// Lists no socket any more, since they have gone; on the cell.
    package func forgetSockets() {
        sockets = SocketList()
        socketExtras?.autoResponse = nil
        socketExtras?.eventTimeout = nil
    }

    /// Is as the object was on another node; on the cell, before any event.
    package func take(_ settings: MovedSocketSettings) {
        if let request = settings.request, let response = settings.response {
            madeSocketExtras.autoResponse = WebSocketRequestResponsePair(request: request, response: response)
        }
        if let timeout = settings.eventTimeout { madeSocketExtras.eventTimeout = timeout }
    }

    /// Takes a socket up behind those it has; on the cell.
    package func adopt(
        _ socket: WebSocket,
        _ moved: MovedSocket,
        inputs: () -> [MovedSocket.Input] = { [] }
    ) throws {
        sockets.append(socket)
        try socket.adopt(moved, by: self, inputs: inputs)
    }
}
