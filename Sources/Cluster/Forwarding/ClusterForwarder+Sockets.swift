internal import DurableActors
internal import Locks

/// How objects that have come here take up their sockets.
extension ClusterForwarder {
    /// Takes up what has come beside a shard's rows, before any event of the shard begins.
    func takeUpSockets(of shard: ShardIndex) {
        guard let handover = state.withLock({ $0.arrivedHandovers.removeValue(forKey: shard) }) else { return }
        do {
            for object in handover.objects { try takeUp(object) }
        } catch {
            host.log.error("The sockets that have come with a shard cannot be taken up: \(error)")
        }
    }

    private func takeUp(_ object: ShardHandover.Object) throws {
        let objectClass = try host.objectClass(uniqueKey: object.uniqueKey)
        let cell = host.cells.cell(of: objectClass, DurableObjectId(bytes: object.id, name: object.name))
        // Before everything else that the cell is given.
        cell.perform { [self] in
            cell.take(object.settings)
            for each in object.sockets {
                do {
                    try takeUp(each, in: cell)
                } catch {
                    host.log.error("A socket of \(cell.id) is lost on its way: \(error)")
                }
            }
        }
    }

    private func takeUp(_ moved: ShardHandover.Socket, in cell: ObjectCell) throws {
        let isHome = moved.name.acceptor == links.name
        if isHome, let relay = handles.relay(named: moved.name) {
            return try cell.adopt(relay.end, moved.socket) {
                moved.socket.inputs + relay.takeHome().compactMap { MovedSocket.Input($0) }
            }
        }
        let pair = WebSocket.restored(moved.socket)
        try cell.adopt(pair.server, moved.socket)
        if moved.socket.isLost { return }
        // The client has gone meanwhile.
        if isHome { return pair.client.terminate() }
        let relay = SocketRelay(pair.client, moved.name, handles, hasSentEnd: moved.socket.hasClosed)
        do {
            let name = try ValueCodec.encode(moved.name)
            let link = try links.link(to: moved.name.acceptor)
            relay.begin(try link.open(kind: StreamKind.movedSocket.rawValue, message: name, receiver: relay))
        } catch {
            pair.client.terminate()
            throw error
        }
    }

    /// The next node of an object has come for its client here.
    func attach(_ name: SocketName, _ stream: LinkStream) -> any LinkReceiver {
        guard let relay = handles.relay(named: name), relay.attach(stream) else {
            stream.reset(.refused(code: 0, text: "The client has gone."))
            return RefusedStream()
        }
        return relay
    }
}

extension MovedSocket.Input {
    /// What waits in a relay, as something that has come in.
    fileprivate init?(_ item: RelayQueue.Item) {
        switch item.frame {
        case .text(let text): self = .text(text)
        case .binary(let bytes): self = .binary(bytes)
        case .closed(let code, let reason): self = .closed(code: code, reason: reason)
        case .lost(let text): self = .lost(text)
        case .policy, .pause, .paused, .resume, .moved: return nil
        }
    }
}
