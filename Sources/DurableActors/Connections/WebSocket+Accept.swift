internal import Locks

extension WebSocket {
    /// Takes this end for the object that calls it, which then is told by `addEventListener` what comes in.
    ///
    /// Such a socket keeps the object in memory until it has ended in both directions; it is not listed, has no tags, and
    /// drops when the object is reset. The peer's close frame is answered at once with its own code, unless
    /// `allowHalfOpen` is true: then the object answers it by `close`, and may send until then. A second call does
    /// nothing. Throws for an end that `ctx.acceptWebSocket` has taken or a response has given away.
    ///
    /// Outside of objects a program takes the end, to send and to close, as when it turns a client away with a close code:
    /// what comes in is dropped, and the end is lost once nobody refers to it.
    public func accept(allowHalfOpen: Bool = false) throws {
        guard let incarnation = CurrentObject.incarnation else { return try acceptForProgram() }
        try incarnation.check()
        let cell = incarnation.cell
        let (isNew, isOver) = try state.withLock { state throws(DurableObjectError) in
            switch state.use {
            case .hibernatable: throw .typeError("Can't accept() WebSocket after enabling hibernation.")
            case .response: throw .typeError("Can't accept() WebSocket that was already used in a response.")
            case .standard: return (false, false)
            case .none: break
            }
            state.use = .standard
            state.owner = cell
            let isOver = state.readyState == .closed
            if !isOver { state.ended = { [self] in cell.perform { self.release(incarnation) } } }
            return (true, isOver)
        }
        guard isNew else { return }
        if !isOver {
            incarnation.holds += 1
            cell.madeSocketExtras.standard.append(self)
        }
        attach(StandardSocketReceiver(incarnation: incarnation, socket: self, allowHalfOpen: allowHalfOpen))
    }

    /// Has a listener called with every event of a type that comes in, each in an event of the object of its own.
    ///
    /// The listeners of one event are called in the order in which they were added, each once the one before has ended;
    /// errors are logged. A listener that uses the object runs isolated to it. What comes while there is no listener is
    /// dropped. Sockets taken by `ctx.acceptWebSocket` call no listeners, but the handlers of the object's class.
    public func addEventListener<Event: Sendable>(
        _ type: WebSocketEventType<Event>,
        @_inheritActorContext _ listener: @escaping @isolated(any) @Sendable (Event) async throws -> Void
    ) {
        let content = type.content
        state.withLock { state in
            state.listeners.append { event in
                if let content = content(event) { try await listener(content) }
            }
        }
    }

    private func acceptForProgram() throws {
        switch use {
        case .hibernatable: throw DurableObjectError.typeError("Can't accept() WebSocket after enabling hibernation.")
        case .response:
            throw DurableObjectError.typeError("Can't accept() WebSocket that was already used in a response.")
        case .standard: return
        case .none: attach(DroppingReceiver(), as: .standard)
        }
    }

    /// The socket has ended: it no longer keeps the object in memory; on the cell.
    private func release(_ incarnation: Incarnation) {
        incarnation.cell.socketExtras?.standard.removeAll { $0 === self }
        incarnation.holds -= 1
        if incarnation.death == nil { incarnation.cell.host.evictor.becameIdle(incarnation) }
    }
}
