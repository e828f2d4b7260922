internal import Locks

// The way in: what the other end sends is noted and handed to this end's receiver under this end's lock, so that two
// senders cannot change the order in which they were accepted. Whatever has to touch the other end again, as the answer
// of the host does, happens after the lock was let go.
extension WebSocket {
    /// Says that an end came out of a response and belongs to the network or a program from now on.
    package func beginUse() { beginUse(as: .response) }

    func beginUse(as use: Use) { state.withLock { if $0.use == .none { $0.use = use } } }

    /// Gives everything that comes in at this end, from the first message on, to a receiver.
    package func attach(_ receiver: any WebSocketReceiver) { attach(receiver, as: .response) }

    func attach(_ receiver: any WebSocketReceiver, as use: Use) {
        beginUse(as: use)
        beginDelivery { state in
            if let policy = state.slowConsumerPolicy { receiver.setSlowConsumerPolicy(policy) }
            state.receiver = receiver
        }
    }

    /// Gives everything that comes in at this end, from the first message on, to the object of a cell.
    func attach(to cell: ObjectCell, tags: [String]) {
        beginDelivery { state in
            state.use = .hibernatable
            state.owner = cell
            state.tags = tags
        }
    }

    private func beginDelivery(_ take: (inout State) -> Void) {
        let remains = state.withLock { state in
            take(&state)
            deliverWaiting(&state)
            return state.takeRemains()
        }
        remains?.ended?()
    }

    /// Ends both ends without a close frame, as when a connection is lost or an object is reset.
    ///
    /// With an error the other end learns of that, else of a loss.
    package func terminate(_ error: (any Error)? = nil) {
        let remains = state.withLock { state in
            state.readyState = .closed
            state.isDropped = true
            return state.takeRemains()
        }
        remains?.ended?()
        remains?.other?.accept(.lost(error))
    }

    /// Closes as a peer has, where 1005 stands for a frame without a code; an end that cannot be closed so is lost.
    package func close(as code: Int, _ reason: String) {
        do {
            try close(code: code == 1005 ? nil : code, reason: code == 1005 ? nil : reason)
        } catch {
            terminate()
        }
    }

    /// The other end, while this one has not ended.
    package var otherEnd: WebSocket? { state.withLock { $0.other } }
    /// Whether nobody has begun to use the other end.
    var isOtherEndUnused: Bool {
        let (other, isAbandoned) = state.withLock { ($0.other, $0.isAbandoned) }
        return other.map { $0.use == .none } ?? isAbandoned
    }
    package var tags: [String] { state.withLock { $0.tags } }
    var use: Use { state.withLock { $0.use } }
    var isDropped: Bool { state.withLock { $0.isDropped } }

    /// Takes what the other end sends; an answer of the host itself is not answered again.
    func accept(_ input: Input, isAnswer: Bool = false) {
        let (answer, remains) = state.withLock { state -> (OutgoingMessage?, Remains?) in
            guard state.readyState != .closed else { return (nil, nil) }
            if state.hasEnded {
                // After the peer's close frame nothing is told any more, not even that the connection is gone.
                if case .lost = input { state.readyState = .closed }
                return (nil, state.takeRemains())
            }
            switch input {
            case .message(let message):
                if !isAnswer, let answer = state.answer(to: message) { return (state.closeSent ? nil : answer, nil) }
            case .closed:
                state.hasEnded = true
                state.readyState = state.closeSent ? .closed : .closing
            case .lost(let error):
                state.hasEnded = true
                state.hasFailed = error != nil
                state.readyState = .closed
            }
            if !deliver(input, state) { state.waiting.append(input) }
            return (nil, state.takeRemains())
        }
        if let answer { otherEnd?.accept(.message(answer), isAnswer: true) }
        remains?.ended?()
    }

    /// What an end that is over lets go of.
    struct Remains {
        let other: WebSocket?
        let receiver: (any WebSocketReceiver)?
        let listeners: [@Sendable (StandardSocketEvent) async throws -> Void]
        /// To be called.
        let ended: (@Sendable () -> Void)?
    }

    /// Hands on what waits; with `answers` returns what the host answers itself, which is to be sent.
    @discardableResult
    func deliverWaiting(_ state: inout State, answers: Bool = false) -> [OutgoingMessage] {
        let waiting = state.waiting
        state.waiting = []
        var given: [OutgoingMessage] = []
        for input in waiting {
            if answers, case .message(let message) = input, let answer = state.answer(to: message) {
                if !state.closeSent { given.append(answer) }
            } else if !deliver(input, state) {
                state.waiting.append(input)
            }
        }
        return given
    }

    /// Hands on what has come in; false while nobody takes it.
    private func deliver(_ input: Input, _ state: borrowing State) -> Bool {
        if state.use == .hibernatable, let owner = state.owner {
            if state.isHeld { return false }
            ObjectSocketReceiver(cell: owner, socket: self).receive(input)
            return true
        }
        guard let receiver = state.receiver else { return false }
        switch input {
        case .message(let message): receiver.received(message)
        case .closed(let code, let reason): receiver.closed(code: code, reason: reason)
        case .lost(let error): receiver.lost(error)
        }
        return true
    }
}

extension WebSocket.State {
    /// What an end that is over refers to, for the caller to let go of outside the lock; nil while it is not over.
    ///
    /// Ends refer to each other and to their receivers, and those to them: this is what lets them be freed.
    mutating func takeRemains() -> WebSocket.Remains? {
        guard readyState == .closed else { return nil }
        let remains = WebSocket.Remains(
            other: takeOther(),
            receiver: receiver.take(),
            listeners: isDropped ? listeners : [],
            ended: ended.take()
        )
        if isDropped { listeners = [] }
        return remains
    }

    /// The other end, which this one then knows no longer.
    mutating func takeOther() -> WebSocket? {
        defer { other = nil }
        return other
    }

    /// The host's own answer to a message, which the object then does not hear of; notes when it was given.
    fileprivate mutating func answer(to message: OutgoingMessage) -> OutgoingMessage? {
        guard use == .hibernatable, let owner, let answer = owner.socketExtras?.answer(to: message.message) else {
            return nil
        }
        answeredAt = owner.host.world.clock.nowMilliseconds
        return answer
    }
}
