internal import DurableActors
internal import Locks

/// What becomes of requests: here, on their way, and from others.
extension ClusterForwarder {
    func perform(_ action: RequestAction) {
        switch action {
        case .serve(let id):
            if let departure = state.withLock({ $0.departing.removeValue(forKey: id) }) {
                departure.cell.admit(departure.event)
            }
        case .send(let request, let peer): send(request, to: peer)
        case .fail(let id):
            state.withLock { $0.departing.removeValue(forKey: id) }?.event.refuse(ForwardingFailure.lost)
        case .servePeers(let request, let peer):
            let key = Arrival.Key(peer: peer, id: request.id)
            guard let arrival = state.withLock({ $0.arriving.removeValue(forKey: key) }) else { return }
            let shard = arrival.call.shard
            serve(arrival)
            // It may have been what kept the shard's own events from coming here the short way.
            if !isOpen(shard) { decide { _ in [.open(shard)] } }
        case .refuse(let request, let peer, let elsewhere, let epoch):
            let key = Arrival.Key(peer: peer, id: request.id)
            let arrival = state.withLock { $0.arriving.removeValue(forKey: key) }
            arrival?.handles.dropUnclaimed()
            arrival?.stream.reply(.refused(request, elsewhere: elsewhere, epoch: epoch))
        case .keeper(let action): perform(action)
        }
    }

    private func send(_ request: ShardRequest, to peer: String) {
        guard let departure = state.withLock({ $0.departing[request.id] }) else { return }
        let handles = LinkHandles(to: peer, self)
        let answer = CallAnswer(
            handles,
            refused: { [self] request, elsewhere, epoch in
                refused(request, elsewhere: elsewhere, epoch: epoch, mayRepeat: handles.mayRepeat)
            },
            answer: { [self] outcome in
                let event = answered(request.id)?.event
                switch outcome {
                case .success(let (bytes, handles)): event?.answered(bytes, carrying: handles)
                case .failure(let error): event?.refuse(error)
                }
            }
        )
        do {
            let call = try departure.event.forwardable(to: departure.cell, carrying: handles)
            let opening = CallOpening(request: request, call: call, handles: handles.numbers)
            try handles.send(.call, opening, receiver: answer)
        } catch {
            answered(request.id)?.event.refuse(error)
        }
    }

    /// A request that was sent is over; returns it for its answer.
    func answered(_ id: UInt64) -> Departure? {
        var departure: Departure?
        decide { state in
            departure = state.departing.removeValue(forKey: id)
            state.order.answered(id)
            // What had gone elsewhere may have been the last that kept the shard's events coming here.
            return departure.map { [.open($0.cell.id.shard)] } ?? []
        }
        return departure
    }

    /// A node has refused a request, which goes where that node has said.
    private func refused(_ request: ShardRequest, elsewhere: String, epoch: UInt64, mayRepeat: Bool) {
        guard mayRepeat else {
            let text = "The object has gone to the node \(elsewhere), and a stream or socket cannot be sent again."
            return answered(request.id)?.event.refuse(ForwardingFailure.unavailable(text)) ?? ()
        }
        decide { state in
            state.order.refused(request, elsewhere: elsewhere, epoch: epoch, state.keeper).map { .request($0) }
        }
        let waiting = state.withLock { state in
            state.order.waiting(request.shard).compactMap { id in state.departing[id].map { (id, $0) } }
        }
        for (id, departure) in waiting { giveUpLater(id, departure) }
    }

    // MARK: - From others

    /// Takes a stream that another node has opened; nil where there is no such kind.
    func accept(
        _ peer: String,
        _ kind: StreamKind?,
        _ opening: [UInt8],
        _ stream: LinkStream
    ) -> (any LinkReceiver)? {
        do {
            switch kind {
            case .call: return arrived(try CallOpening(bytes: opening), from: peer, stream)
            case .handle:
                let inbox = handles.inbox(from: peer, try ValueCodec.decode(UInt64.self, from: opening))
                inbox.begin(stream)
                return inbox
            case .callee:
                call(try CalleeOpening(bytes: opening), from: peer, stream)
                return RefusedStream()
            case .socket:
                let number = try ValueCodec.decode(UInt64.self, from: opening)
                let relay = try handles.socket(from: peer, number).relay
                handles.keep(relay)
                relay.begin(stream)
                return relay
            case .movedSocket: return attach(try ValueCodec.decode(SocketName.self, from: opening), stream)
            case .keeper:
                stream.stand()
                return KeeperEar(peer, self)
            case .bundle:
                return bundleComes(try ValueCodec.decode(BundleOpening.self, from: opening), from: peer, stream)
            case nil: return nil
            }
        } catch {
            host.log.error("A stream of node \(peer) cannot be read: \(error)")
            return nil
        }
    }

    private func arrived(_ opening: CallOpening, from peer: String, _ stream: LinkStream) -> any LinkReceiver {
        let key = Arrival.Key(peer: peer, id: opening.request.id)
        let carried = LinkHandles(from: peer, self, bringing: opening.handles)
        decide { state in
            state.arriving[key] = Arrival(call: opening.call, stream: stream, handles: carried)
            return state.order.arrived(opening.request, from: peer, state.keeper).map { .request($0) }
        }
        giveUpLater(key, opening.request.shard, stream)
        return RefusedStream()
    }

    /// Refuses a call that waits here for too long.
    private func giveUpLater(_ key: Arrival.Key, _ shard: ShardIndex, _ stream: LinkStream) {
        let waits: @Sendable (borrowing State) -> Bool = { $0.arriving[key]?.stream === stream }
        guard state.withLock({ waits($0) }) else { return }
        let due = host.world.clock.uptimeNanoseconds + settings.patience
        _ = host.world.scheduler.schedule(atUptime: due) { [weak self] in
            guard let self else { return }
            let refused = state.withLock { state -> Arrival? in
                guard waits(state) else { return nil }
                state.order.cancelled(key.id, by: key.peer, shard)
                return state.arriving.removeValue(forKey: key)
            }
            guard let refused else { return }
            stream.answer(.failure(ForwardingFailure.unavailable(whyItWaits(shard))), carrying: refused.handles)
        }
    }

    private func serve(_ arrival: Arrival) {
        let (stream, handles) = (arrival.stream, arrival.handles)
        do {
            try host.receive(arrival.call, carrying: handles) { stream.answer($0, carrying: handles) }
        } catch {
            stream.answer(.failure(error), carrying: handles)
        }
    }

    /// Another node calls what it was given.
    private func call(_ opening: CalleeOpening, from peer: String, _ stream: LinkStream) {
        let carried = LinkHandles(from: peer, self, bringing: opening.handles)
        guard let callee = handles.callee(for: peer, opening.number) else {
            return stream.answer(.failure(ForwardingFailure.lost), carrying: carried)
        }
        callee.call(opening.message, carrying: carried) { stream.answer($0, carrying: carried) }
    }
}
