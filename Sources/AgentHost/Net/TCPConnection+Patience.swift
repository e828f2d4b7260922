internal import DurableActors
internal import Glibc
internal import Locks

/// The timeouts of a connection: one timer at a time, which looks when it fires whether its time has really come.
extension TCPConnection {
    /// Notes what the connection waits for, and sees to it that a timer is set that is early enough.
    func updatePatience() {
        let now = server.world.clock.coarseUptimeNanoseconds
        let (due, old) = state.withLock { state -> (UInt64?, TimerToken?) in
            guard !state.isClosed else { return (nil, nil) }
            state.patience.enter(state.phase, now: now)
            guard let deadline = state.patience.deadline, deadline < state.timer?.due ?? .max else { return (nil, nil) }
            return (deadline, state.timer?.token)
        }
        guard let due else { return }
        old?.cancel()
        let token = server.world.scheduler.schedule(atUptime: due) { [weak self] in self?.timeIsUp() }
        let isClosed = state.withLock { state in
            state.timer = (due, token)
            return state.isClosed
        }
        if isClosed { token.cancel() }
    }

    private func timeIsUp() {
        let now = server.world.clock.uptimeNanoseconds
        let (isLate, phase) = state.withLock { state in
            state.timer = nil
            return ((state.patience.deadline ?? .max) <= now, state.patience.phase)
        }
        guard isLate else { return updatePatience() }
        switch phase {
        case .head, .body:
            state.withLock { $0.exchange.giveUp() }
            refuse(HTTPParseError(status: 408, reason: "The request did not come in time"))
        case .idle, .lingering: close()
        case .serving: break
        }
    }

    /// Answers nothing on this connection but that there are too many.
    func refuseAsOneTooMany() {
        state.withLock { $0.exchange.giveUp() }
        refuse(HTTPParseError(status: 503, reason: "Too many connections"))
    }

    /// Ends this direction and goes on reading, since a client that still sends would otherwise lose the answer.
    func linger() {
        let isFirst = state.withLock { state in
            defer { state.isLingering = true }
            return !state.isLingering
        }
        if isFirst { shutdownWriting() }
        updatePatience()
    }
}

extension TCPConnection.State {
    /// What the connection waits for.
    var phase: ConnectionPatience.Phase {
        if isLingering { return .lingering }
        if socket != nil || exchange.isBusy || !outbox.isEmpty { return .serving }
        return exchange.phase
    }
}
