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
            if let arrival = state.withLock({ $0.arriving.removeValue(forKey: key) }) { serve(arrival, of: peer) }
        case .refuse(let request, let peer, let elsewhere, let epoch):
            let key = Arrival.Key(peer: peer, id: request.id)
            let arrival = state.withLock { $0.arriving.removeValue(forKey: key) }
            arrival?.stream.reply(.refused(request, elsewhere: elsewhere, epoch: epoch))
        case .keeper(let action): perform(action)
        }
    }

    private func send(_ request: ShardRequest, to peer: String) {
        guard let departure = state.withLock({ $0.departing[request.id] }) else { return }
        let handles = LinkHandles(to: peer, self)
        do {
            let call = try departure.event.forwardable(to: departure.cell, carrying: handles)
            let opening = try ValueCodec.encode(CallOpening(request: request, call: call))
            let receiver = CallAnswer(request.id, handles, self)
            do {
                _ = try links.link(to: peer)
                    .open(kind: StreamKind.call.rawValue, message: opening, receiver: receiver)
            } catch {
                throw ForwardingFailure.of(error, node: peer)
            }
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
    func refused(_ request: ShardRequest, elsewhere: String, epoch: UInt64, _ handles: LinkHandles) {
        guard !handles.hasExported else {
            let text = "The object has gone to the node \(elsewhere), and a streamed body cannot be sent again."
            return answered(request.id)?.event.refuse(ForwardingFailure.unavailable(text)) ?? ()
        }
        decide { state in
            state.order.refused(request, elsewhere: elsewhere, epoch: epoch, state.keeper).map { .request($0) }
        }
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
            case .call: return arrived(try ValueCodec.decode(CallOpening.self, from: opening), from: peer, stream)
            case .body:
                let number = try ValueCodec.decode(UInt64.self, from: opening)
                let reader = try handles.body(from: peer, number)
                reader.begin(stream)
                return reader
            case .socket:
                let number = try ValueCodec.decode(UInt64.self, from: opening)
                let relay = try handles.socket(from: peer, number).relay
                handles.keep(relay)
                relay.begin(stream)
                return relay
            case .movedSocket: return attach(try ValueCodec.decode(SocketName.self, from: opening), stream)
            case .keeper: return KeeperEar(peer, self)
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
        decide { state in
            state.arriving[key] = Arrival(call: opening.call, stream: stream)
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
            let isRefused = state.withLock { state in
                guard waits(state) else { return false }
                state.order.cancelled(key.id, by: key.peer, shard)
                state.arriving[key] = nil
                return true
            }
            if isRefused { stream.reply(.failure(ForwardedError(ForwardingFailure.unavailable(whyItWaits(shard))))) }
        }
    }

    private func serve(_ arrival: Arrival, of peer: String) {
        let stream = arrival.stream
        do {
            try host.receive(arrival.call, carrying: LinkHandles(to: peer, self)) { outcome in
                switch outcome {
                case .success(let bytes): stream.reply(.result(bytes))
                case .failure(let error): stream.reply(.failure(ForwardedError(error)))
                }
            }
        } catch {
            stream.reply(.failure(ForwardedError(error)))
        }
    }
}

extension LinkStream {
    /// Answers a call.
    fileprivate func reply(_ reply: CallReply) {
        do {
            sendNow(try ValueCodec.encode(reply))
            finish()
        } catch {
            reset(.refused(code: 0, text: "The answer cannot be encoded."))
        }
    }
}
