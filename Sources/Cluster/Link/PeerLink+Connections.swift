internal import DurableActors
internal import Locks

/// What becomes of the connections between the two nodes.
extension PeerLink {
    /// The node at the other end of a connection to here has proved itself.
    func proved(_ connection: LinkConnection, _ hello: LinkHello) {
        typealias Outcome = (verdict: LinkElection.Verdict, attempts: UInt64, dropped: [LinkConnection])
        let outcome = state.withLock { state -> Outcome in
            guard !state.isStopped else { return (.refuse, 0, []) }
            let verdict = state.election.judge(hello) { state.dial?.connection?.giveUp() ?? true }
            var dropped: [LinkConnection] = []
            switch verdict {
            case .refuse: break
            case .hold:
                if let held = state.held { dropped.append(held.connection) }
                state.held = (connection, hello)
            case .accept:
                if let dialled = state.dial?.connection { dropped.append(dialled) }
                if let current = state.current { dropped.append(current) }
                (state.dial, state.current, state.chosen) = (nil, nil, connection)
                state.election.established(hello, attempts: hello.attempt)
            }
            return (verdict, node.lastAttempt, dropped)
        }
        for old in outcome.dropped { old.end(.duplicate) }
        switch outcome.verdict {
        case .accept: connection.welcome(attempts: outcome.attempts)
        case .hold: break
        case .refuse: connection.end(.duplicate)
        }
    }

    /// A connection stands for both sides: the streams that wait go out on it, in their order.
    func established(_ connection: LinkConnection, _ hello: LinkHello, attempts: UInt64) {
        typealias Outcome = (failed: [(LinkStream, LinkError)], dropped: [LinkConnection])
        let outcome = state.withLock { state -> Outcome in
            let isOwn = state.dial?.connection === connection
            // Either may have been given up for another one meanwhile.
            guard isOwn || state.chosen === connection, !state.isStopped else { return ([], [connection]) }
            let dropped = [state.current, isOwn ? state.held?.connection : nil].compactMap { $0 }
            if isOwn { (state.dial, state.held) = (nil, nil) } else { state.chosen = nil }
            state.election.established(hello, attempts: attempts)
            state.current = connection
            state.failures = 0
            state.pause?.cancel()
            state.pause = nil
            defer { state.waiting = [] }
            return (attach(state.waiting, to: connection), dropped)
        }
        for old in outcome.dropped { old.end(.duplicate) }
        for (stream, error) in outcome.failed { stream.fail(error) }
    }

    private func attach(_ streams: [LinkStream], to connection: LinkConnection) -> [(LinkStream, LinkError)] {
        streams.compactMap { stream in
            stream.attach(to: connection).map { error in
                (stream, error == .closed ? .lost(mayHaveArrived: false) : error)
            }
        }
    }

    /// The other side takes no further streams on a connection.
    func leaving(_ connection: LinkConnection) {
        state.withLock { state in
            if state.current === connection { state.current = nil }
        }
    }

    func ended(_ connection: LinkConnection) {
        let attempt = state.withLock { state -> UInt64? in
            if state.current === connection { state.current = nil }
            if state.chosen === connection { state.chosen = nil }
            if state.held?.connection === connection { state.held = nil }
            return state.dial?.connection === connection ? state.dial?.attempt : nil
        }
        if let attempt { failed(attempt) } else { dialIfNeeded() }
    }

    /// Takes no further streams; what waits fails.
    func stop() {
        let (waiting, dropped) = state.withLock { state -> ([LinkStream], [LinkConnection]) in
            state.isStopped = true
            state.pause?.cancel()
            let dropped = [state.dial?.connection, state.chosen, state.held?.connection].compactMap { $0 }
            defer { (state.waiting, state.pause, state.dial, state.held) = ([], nil, nil, nil) }
            return (state.waiting, dropped)
        }
        for connection in dropped { connection.end(.dropped) }
        for stream in waiting where stream.waitingBytes != nil { stream.fail(.closed) }
        state.withLock { $0.current }?.goodbye()
    }
}
