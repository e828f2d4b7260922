internal import DurableActors
internal import Locks

/// The link to one other node, which is made when it is first needed and again when it is lost.
///
/// Concurrency: any thread. The lock decides the order of openings; the locks of streams, of connections and of the node's
/// links are taken under it, never the other way round.
package final class PeerLink: Sendable {
    struct State {
        var address: String?
        var election: LinkElection
        /// The connection that stands.
        var current: LinkConnection?
        /// The attempt under way; without a connection while the network connects.
        var dial: (attempt: UInt64, connection: LinkConnection?)?
        /// A connection from the other side that is being welcomed.
        var chosen: LinkConnection?
        /// A connection from the other side that waits for how the own attempt ends.
        var held: (connection: LinkConnection, hello: LinkHello)?
        /// Streams that wait for a link, in their order.
        var waiting: [LinkStream] = []
        /// Attempts that have failed since one did not.
        var failures = 0
        var pause: TimerToken?
        var isStopped = false
    }

    /// The other node's name.
    package let name: String
    let node: PeerLinks
    let state: Mutex<State>

    init(to name: String, of node: PeerLinks) {
        self.name = name
        self.node = node
        state = Mutex(State(election: LinkElection(own: node.identity.name, peer: name)))
    }

    /// Opens a stream; its opening reaches the other node behind those of all streams opened on this link before.
    ///
    /// Where the link does not stand the stream waits for it, not longer than up to its deadline (in nanoseconds of this
    /// node's clock) or `LinkLimits.waiting`; everything may be done with it meanwhile. Throws when too many wait, when the
    /// message is too long, when the deadline has passed, and when the node is leaving.
    ///
    /// With `finishing` the message is all that this side sends. A stream that is opened beside another one is lost with
    /// it: it is on the same connection, or not at all.
    package func open(
        kind: UInt8,
        message: [UInt8],
        finishing: Bool = false,
        deadline: UInt64? = nil,
        beside other: LinkStream? = nil,
        receiver: any LinkReceiver
    ) throws(LinkError) -> LinkStream {
        let now = node.world.clock.coarseUptimeNanoseconds
        if let deadline, deadline <= now { throw .deadlineExceeded }
        let stream = LinkStream(
            to: name,
            LinkStream.Waiting(
                kind: kind,
                opening: message,
                bound: node.limits.queuedBytes,
                finishes: finishing
            ),
            deadline: deadline,
            receiver: receiver,
            expiries: node.expiries
        )
        let waits = try add(stream, beside: other)
        let limit = waits ? now + node.limits.waiting : .max
        let due = min(deadline ?? .max, limit)
        if due < .max { stream.expire(at: due) }
        if waits { dialIfNeeded() }
        return stream
    }

    /// Puts a stream on the link or has it wait; true when it waits.
    private func add(_ stream: LinkStream, beside other: LinkStream?) throws(LinkError) -> Bool {
        try state.withLock { state throws(LinkError) in
            guard !state.isStopped else { throw .closed }
            if let other {
                guard try other.attach(beside: stream) else { return false }
            } else if let current = state.current {
                switch stream.attach(to: current) {
                case nil: return false
                // It is on its way out, and the owner does not know yet.
                case .closed: state.current = nil
                case let error?: throw error
                }
            }
            if state.waiting.count >= node.limits.waitingStreams {
                state.waiting.removeAll { $0.waitingBytes == nil }
            }
            guard state.waiting.count < node.limits.waitingStreams else { throw .full }
            state.waiting.append(stream)
            return true
        }
    }

    /// Whether the link stands.
    package var isUp: Bool { state.withLock { $0.current != nil } }

    // MARK: - Connecting

    func set(address: String?) {
        state.withLock { $0.address = address }
        dialIfNeeded()
    }

    /// Connects if streams wait and nothing is under way.
    func dialIfNeeded() {
        let dial = state.withLock { state -> (address: String, attempt: UInt64)? in
            guard let address = state.address, !state.isStopped else { return nil }
            guard state.current == nil, state.chosen == nil, state.dial == nil, state.pause == nil else { return nil }
            state.waiting.removeAll { $0.waitingBytes == nil }
            guard !state.waiting.isEmpty else { return nil }
            let attempt = node.nextAttempt()
            state.dial = (attempt, nil)
            return (address, attempt)
        }
        guard let dial else { return }
        node.dialler.dial(dial.address) { [self] in dialled(dial.attempt, $0) }
    }

    private func dialled(_ attempt: UInt64, _ outcome: Result<any LinkTransport, LinkEnd>) {
        switch outcome {
        case .success(let transport):
            let connection = node.connection(to: name, attempt: attempt, over: transport)
            let isWanted = state.withLock { state in
                guard state.dial?.attempt == attempt else { return false }
                state.dial?.connection = connection
                return true
            }
            if isWanted { node.start(connection) } else { transport.close() }
        case .failure(let reason):
            node.log.notice("No connection to node '\(name)': \(reason)")
            failed(attempt)
        }
    }

    /// An attempt has come to nothing: what was held for it is taken, or the next attempt follows after a pause.
    func failed(_ attempt: UInt64) {
        let held = state.withLock { state -> (connection: LinkConnection, hello: LinkHello)? in
            guard state.dial?.attempt == attempt else { return nil }
            state.dial = nil
            defer { state.held = nil }
            if state.held == nil, state.current == nil { pause(&state) }
            return state.held
        }
        if let held { proved(held.connection, held.hello) }
    }

    private func pause(_ state: inout State) {
        let doubled = node.limits.backoff << UInt64(min(state.failures, 16))
        state.failures += 1
        // Between half of it and the whole, so that nodes do not keep step.
        let length = Double(min(doubled, node.limits.maximumBackoff)) * (0.5 + node.world.random.unit() / 2)
        let due = node.world.clock.uptimeNanoseconds + UInt64(length)
        state.pause = node.world.scheduler.schedule(atUptime: due) { [weak self] in
            self?.state.withLock { $0.pause = nil }
            self?.dialIfNeeded()
        }
    }
}
