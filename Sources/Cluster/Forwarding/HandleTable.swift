internal import DurableActors
internal import Locks
internal import struct Synchronization.Atomic

/// What this node has handed over to others, and where what they hand over meets the message that names it.
final class HandleTable: Sendable {
    struct Key: Hashable, Sendable {
        let peer: String
        let number: UInt64
    }

    /// A socket whose other end is on another node.
    struct Socket: Sendable {
        let client: WebSocket
        let relay: SocketRelay
    }

    private enum Handle {
        case inbox(LinkInbox)
        case socket(Socket)
    }

    private struct State {
        /// What one of the two that are to meet has not come to yet.
        var waiting: [Key: Handle] = [:]
        /// What other nodes hold; nil for what they only read.
        var leased: [Key: (any ExportedCallee)?] = [:]
        var leases: [String: Int] = [:]
    }

    private let last: Atomic<UInt64>
    private let node: String
    private let world: World
    /// How long a client is kept whose object is on its way, in nanoseconds.
    private let patience: UInt64
    private let state = Mutex(State())
    /// The relays of clients of this node, for the next nodes of their objects.
    private let relays = Mutex<[SocketName: SocketRelay]>([:])

    /// Numbers begin anywhere, so that those of an earlier life of the process are not met again.
    init(of node: String, _ world: World, patience: UInt64) {
        last = Atomic<UInt64>(world.random.next())
        (self.node, self.world, self.patience) = (node, world, patience)
    }

    /// What runs outside of all objects.
    var executor: any TaskExecutor { world.scheduler.taskExecutor }

    /// Whether a socket's client is on this node.
    func isHome(_ name: SocketName) -> Bool { name.acceptor == node }

    func nextNumber() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }

    /// How many handles other nodes hold, and how many that came are not taken up.
    var count: Int { state.withLock { $0.leased.count + $0.waiting.count } }

    // MARK: - What others hold

    /// Notes that a node holds something, which it may call; throws where it would hold more than `limit`.
    func begin(_ key: Key, _ callee: (any ExportedCallee)?, limit: Int) throws {
        let hasRoom = state.withLock { state in
            guard state.leases[key.peer, default: 0] < limit else { return false }
            state.leased[key] = .some(callee)
            state.leases[key.peer, default: 0] += 1
            return true
        }
        if hasRoom { return }
        throw DurableObjectError(
            .overloaded,
            "The node \(key.peer) holds too many callbacks and streams of this one: at most \(limit).",
            overloaded: true
        )
    }

    func end(_ key: Key) {
        let ended = state.withLock { state -> (any ExportedCallee)?? in
            guard let ended = state.leased.removeValue(forKey: key) else { return nil }
            state.leases[key.peer, default: 0] -= 1
            return ended
        }
        ended??.letGo()
    }

    func callee(for peer: String, _ number: UInt64) -> (any ExportedCallee)? {
        state.withLock { $0.leased[Key(peer: peer, number: number)] } ?? nil
    }

    // MARK: - What comes from others

    /// What comes by the stream of that number, for that stream and for whoever reads it.
    func inbox(from peer: String, _ number: UInt64) -> LinkInbox {
        let key = Key(peer: peer, number: number)
        let handle = meet(key) {
            .inbox(LinkInbox(lost: { [weak self] in self?.forget($0, key) }))
        }
        guard case .inbox(let inbox) = handle else { return Self.lostInbox() }
        return inbox
    }

    /// What comes by a stream that must have come.
    func arrived(from peer: String, _ number: UInt64) -> LinkInbox {
        let handle = state.withLock { $0.waiting.removeValue(forKey: Key(peer: peer, number: number)) }
        guard case .inbox(let inbox)? = handle else { return Self.lostInbox() }
        return inbox
    }

    private static func lostInbox() -> LinkInbox {
        let inbox = LinkInbox()
        inbox.fail(.lost(mayHaveArrived: true))
        return inbox
    }

    /// Nobody has asked for it before its stream has failed.
    private func forget(_ inbox: LinkInbox, _ key: Key) {
        state.withLock { state in
            if case .inbox(let waiting)? = state.waiting[key], waiting === inbox { state.waiting[key] = nil }
        }
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
        state.withLock { state in
            if let known = state.waiting.removeValue(forKey: key) { return known }
            let made = make()
            state.waiting[key] = made
            return made
        }
    }

    /// The link to a node is gone: what one side of it still waits for does not come.
    func lost(_ peer: String) {
        let lost = state.withLock { state in
            let keys = state.waiting.keys.filter { $0.peer == peer }
            return keys.compactMap { state.waiting.removeValue(forKey: $0) }
        }
        for handle in lost {
            switch handle {
            case .inbox(let inbox): inbox.fail(.lost(mayHaveArrived: true))
            case .socket(let socket): socket.client.terminate()
            }
        }
    }
}
