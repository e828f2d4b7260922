internal import DurableActors
internal import Locks
internal import struct Synchronization.Atomic

/// Where what other nodes hand over with a call meets the call that takes it up: either may come first.
final class HandleTable: Sendable {
    private struct Key: Hashable {
        let peer: String
        let number: UInt64
    }

    /// A socket whose other end is on another node.
    struct Socket: Sendable {
        let client: WebSocket
        let relay: SocketRelay
    }

    private enum Handle {
        case body(BodyReader)
        case socket(Socket)
    }

    private let last: Atomic<UInt64>
    private let node: String
    private let world: World
    /// How long a client is kept whose object is on its way, in nanoseconds.
    private let patience: UInt64
    private let waiting = Mutex<[Key: Handle]>([:])
    /// The relays of clients of this node, for the next nodes of their objects.
    private let relays = Mutex<[SocketName: SocketRelay]>([:])

    /// Numbers begin anywhere, so that those of an earlier life of the process are not met again.
    init(of node: String, _ world: World, patience: UInt64) {
        last = Atomic<UInt64>(world.random.next())
        (self.node, self.world, self.patience) = (node, world, patience)
    }

    /// What runs outside of all objects.
    var executor: any TaskExecutor { world.scheduler.taskExecutor }

    func nextNumber() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }

    /// The body of that number, for the stream that brings it and for the call that reads it.
    func body(from peer: String, _ number: UInt64) throws -> BodyReader {
        let handle = meet(Key(peer: peer, number: number)) { .body(BodyReader()) }
        guard case .body(let reader) = handle else { throw ForwardingFailure.lost }
        return reader
    }

    /// The socket of that number, for the stream that it is tied to and for the call that takes its end.
    func socket(from peer: String, _ number: UInt64) throws -> Socket {
        let handle = meet(Key(peer: peer, number: number)) {
            let pair = WebSocketPair()
            let name = SocketName(acceptor: node, exporter: peer, number: number)
            return .socket(Socket(client: pair.client, relay: SocketRelay(pair.server, name, self)))
        }
        guard case .socket(let socket) = handle else { throw ForwardingFailure.lost }
        return socket
    }

    // MARK: - Clients

    /// Has a client's relay found by its name, until it is over.
    func keep(_ relay: SocketRelay) { relays.withLock { $0[relay.name] = relay } }

    func forget(_ relay: SocketRelay) {
        relays.withLock { if $0[relay.name] === relay { $0[relay.name] = nil } }
    }

    func relay(named name: SocketName) -> SocketRelay? { relays.withLock { $0[name] } }

    /// Does something when the next node of an object should have come.
    func afterPatience(_ action: @escaping @Sendable () -> Void) -> TimerToken {
        world.scheduler.schedule(atUptime: world.clock.uptimeNanoseconds + patience, action)
    }

    // MARK: - Meeting

    private func meet(_ key: Key, _ make: () -> Handle) -> Handle {
        waiting.withLock { waiting in
            if let known = waiting.removeValue(forKey: key) { return known }
            let made = make()
            waiting[key] = made
            return made
        }
    }

    /// The link to a node is gone: what one side of it still waits for does not come.
    func lost(_ peer: String) {
        let lost = waiting.withLock { waiting in
            let keys = waiting.keys.filter { $0.peer == peer }
            return keys.compactMap { waiting.removeValue(forKey: $0) }
        }
        for handle in lost {
            switch handle {
            case .body(let reader): reader.end(.failure(ForwardingFailure.lost))
            case .socket(let socket): socket.client.terminate()
            }
        }
    }
}
