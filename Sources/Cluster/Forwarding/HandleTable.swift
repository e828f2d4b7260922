internal import DurableActors
internal import Locks
internal import struct Synchronization.Atomic

/// What other nodes have handed over with a call and the call has not taken up yet.
final class HandleTable: Sendable {
    private struct Key: Hashable {
        let peer: String
        let number: UInt64
    }

    enum Handle: Sendable {
        case body(BodyReader)
        case socket(WebSocket)
    }

    private let last: Atomic<UInt64>
    private let waiting = Mutex<[Key: Handle]>([:])

    /// Numbers begin anywhere, so that those of an earlier life of the process are not met again.
    init(_ world: World) { last = Atomic<UInt64>(world.random.next()) }

    func nextNumber() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }

    func put(_ handle: Handle, from peer: String, _ number: UInt64) {
        waiting.withLock { $0[Key(peer: peer, number: number)] = handle }
    }

    func take(from peer: String, _ number: UInt64) throws -> Handle {
        guard let handle = waiting.withLock({ $0.removeValue(forKey: Key(peer: peer, number: number)) }) else {
            throw ForwardingFailure.lost
        }
        return handle
    }

    /// Nobody will take it up any more.
    func drop(from peer: String, _ number: UInt64) {
        let dropped = waiting.withLock { $0.removeValue(forKey: Key(peer: peer, number: number)) }
        withExtendedLifetime(dropped) {}
    }
}
