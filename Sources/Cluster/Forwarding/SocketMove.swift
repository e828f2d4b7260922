internal import DurableActors
internal import Locks

/// What goes to the next node beside a shard's rows: the sockets of its objects.
struct ShardHandover: Codable, Sendable {
    struct Object: Codable, Sendable {
        let uniqueKey: String
        let id: [UInt8]
        let name: String?
        let settings: MovedSocketSettings
        let sockets: [Socket]
    }

    struct Socket: Codable, Sendable {
        let name: SocketName
        let socket: MovedSocket
    }

    let objects: [Object]
}

extension ShardHandover {
    /// Reads what has come with the rows of a shard; throws for what cannot be of its objects.
    init(received bytes: [UInt8], with shard: ShardIndex) throws {
        self = bytes.isEmpty ? Self(objects: []) : try ValueCodec.decode(Self.self, from: bytes)
        let isRight = objects.allSatisfy { object in
            object.id.count == 32 && DurableObjectId(bytes: object.id, name: nil).shard == shard
        }
        guard isRight else {
            throw StorageError(.format, "The bundle of shard \(shard.value) has sockets of no object of the shard.")
        }
    }
}

/// Takes the sockets of a shard at rest from its objects, so far that they can go either way.
///
/// First all clients' nodes are asked to pause; when all have answered, what there is of the sockets is noted down, each
/// object's on its cell. A client of this node gets a relay, which begins to work when the shard has gone.
final class SocketMove: Sendable {
    private struct Held: Sendable {
        let socket: WebSocket
        let relay: SocketRelay
        /// The client is on this node.
        let isLocal: Bool
    }

    private struct State {
        var cells: [ObjectCell] = []
        /// What is waited for before the next step.
        var missing = 0
        var paused: [SocketRelay] = []
        var held: [Held] = []
        var objects: [ShardHandover.Object] = []
        var isOver = false
    }

    private let node: String
    private let handles: HandleTable
    private let host: HostCore
    private let done: @Sendable ([UInt8]) -> Void
    private let state = Mutex(State())

    init(
        from node: String,
        _ handles: HandleTable,
        _ host: HostCore,
        _ done: @escaping @Sendable ([UInt8]) -> Void
    ) {
        (self.node, self.handles, self.host, self.done) = (node, handles, host, done)
    }

    func begin(_ cells: [ObjectCell]) {
        state.withLock { ($0.cells, $0.missing) = (cells, cells.count + 1) }
        for cell in cells {
            cell.perform { [self] in
                for socket in cell.movableSockets where !host.limits.faults.contains(.unpausedClients) {
                    guard let relay = socket.farReceiver as? SocketRelay else { continue }
                    state.withLock { state in
                        state.missing += 1
                        state.paused.append(relay)
                    }
                    relay.pause { [self] in arrived(then: noteDown) }
                }
                arrived(then: noteDown)
            }
        }
        arrived(then: noteDown)
    }

    /// The clients' nodes that have not answered by now count as gone.
    func endWaiting() {
        for relay in state.withLock({ $0.paused }) { relay.giveUp() }
    }

    private func arrived(then next: () -> Void) {
        let isComplete = state.withLock { state in
            state.missing -= 1
            return state.missing == 0 && !state.isOver
        }
        if isComplete { next() }
    }

    private func noteDown() {
        let cells = state.withLock { state in
            state.missing = state.cells.count + 1
            return state.cells
        }
        for cell in cells {
            cell.perform { [self] in
                noteDown(cell)
                arrived(then: finish)
            }
        }
        arrived(then: finish)
    }

    private func noteDown(_ cell: ObjectCell) {
        var sockets: [ShardHandover.Socket] = []
        var held: [Held] = []
        for socket in cell.movableSockets {
            do {
                let relay = socket.farReceiver as? SocketRelay
                let name =
                    relay?.name ?? SocketName(acceptor: node, exporter: node, number: handles.nextNumber())
                sockets.append(
                    ShardHandover.Socket(name: name, socket: try socket.moved(withInputs: relay != nil))
                )
                let far = relay ?? SocketRelay(socket, name, handles, isPaused: true)
                if relay == nil { handles.keep(far) }
                held.append(Held(socket: socket, relay: far, isLocal: relay == nil))
            } catch {
                host.log.error("A socket of \(cell.id) cannot be moved: \(error)")
            }
        }
        guard !sockets.isEmpty else { return }
        let object = ShardHandover.Object(
            uniqueKey: cell.objectClass.uniqueKey,
            id: cell.id.bytes,
            name: cell.id.name,
            settings: cell.socketSettings,
            sockets: sockets
        )
        state.withLock { state in
            state.held += held
            state.objects.append(object)
        }
    }

    private func finish() {
        let objects = state.withLock { $0.objects }
        do {
            done(objects.isEmpty ? [] : try ValueCodec.encode(ShardHandover(objects: objects)))
        } catch {
            host.log.error("The sockets of a shard cannot be moved: \(error)")
            done([])
        }
    }

    /// The shard has gone: clients of this node are tied to relays, and those of others hear that somebody else comes.
    func complete() {
        let (cells, held) = state.withLock { ($0.cells, $0.held) }
        for each in held {
            if each.isLocal {
                each.socket.becomeEnd(of: each.relay)
                each.relay.waitForStream()
            } else {
                each.relay.leave()
                each.socket.giveUp()
            }
        }
        for cell in cells { cell.perform { cell.forgetSockets() } }
    }

    /// The shard stays.
    func callOff() {
        let (paused, held) = state.withLock { state in
            state.isOver = true
            return (state.paused, state.held)
        }
        for relay in paused { relay.resume() }
        for each in held where each.isLocal { handles.forget(each.relay) }
    }
}
