internal import DurableActors
internal import Locks

/// What the link does with a stream.
extension LinkStream {
    /// Moves it to a link that stands; returns why that cannot be, nil also where it has ended meanwhile.
    func attach(to connection: LinkConnection) -> LinkError? {
        state.withLock { state in
            guard case .waiting(let waiting) = state.place else { return nil }
            do throws(LinkError) {
                state.place = .on(connection, try connection.open(self, waiting))
                return nil
            } catch {
                return error
            }
        }
    }

    /// Moves another stream to where this one is; true where both wait for a link.
    func attach(beside stream: LinkStream) throws(LinkError) -> Bool {
        switch state.withLock({ $0.place }) {
        case .waiting: return true
        case .on(let connection, _):
            if let error = stream.attach(to: connection) { throw error }
            return false
        case .over: throw .closed
        }
    }

    /// Whether it waits for a link, and how much with it.
    var waitingBytes: Int? {
        state.withLock { state in
            if case .waiting(let waiting) = state.place { waiting.opening.count + waiting.bytes } else { nil }
        }
    }

    // MARK: - Delivering

    /// Gives something to the receiver, behind what waits for it.
    func deliver(_ delivery: LinkMailbox.Delivery) {
        if state.withLock({ $0.mailbox.add(delivery) }) { deliverWaiting() }
    }

    /// Sets the receiver of a stream that the other side has opened.
    func begin(_ receiver: any LinkReceiver) {
        state.withLock { $0.mailbox.begin(receiver) }
        deliverWaiting()
    }

    private func deliverWaiting() {
        while let (receiver, deliveries) = state.withLock({ $0.mailbox.next() }) {
            for delivery in deliveries {
                switch delivery {
                case .message(let message): receiver.received(message, on: self)
                case .ended: receiver.ended(self)
                case .failed(let error): receiver.failed(error, on: self)
                }
            }
        }
    }

    // MARK: - Ending

    /// Ends it on this side's wish; the other side is told.
    func end(_ error: LinkError) {
        switch leave() {
        case .waiting(let waiting): for sender in waiting.senders { sender.take()?.resume(throwing: error) }
        case .on(let connection, let number): connection.reset(number, error)
        case .over: break
        }
    }

    /// Ends it and tells the own receiver too.
    func fail(_ error: LinkError) {
        end(error)
        deliver(.failed(error))
    }

    /// Both directions have finished.
    func finished() {
        _ = leave()
        state.withLock { $0.mailbox.finish() }
    }

    private func leave() -> Place {
        let (place, expiry) = state.withLock { state in
            defer { (state.place, state.expiry) = (.over, nil) }
            return (state.place, state.expiry)
        }
        if let expiry { expiries.remove(expiry) }
        return place
    }

    // MARK: - Time

    /// Has `expired` called at a time, unless it is over by then.
    func expire(at due: UInt64) {
        state.withLock { state in
            if case .over = state.place { return }
            state.expiry = expiries.add(self, due: due)
        }
    }

    /// Fails when its time is up, or when it has waited for a link for as long as it may.
    func expired(now: UInt64) {
        let isWaiting = waitingBytes != nil
        if let deadline, deadline <= now { return fail(.deadlineExceeded) }
        if isWaiting { return fail(.lost(mayHaveArrived: false)) }
        if let deadline { expire(at: deadline) }
    }
}
