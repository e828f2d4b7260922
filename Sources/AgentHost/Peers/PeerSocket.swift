internal import CLinux
internal import Cluster
internal import DurableActors
internal import Glibc
internal import Locks

/// The TCP connection under a link to another node.
///
/// Concurrency: reading, writing and telling happen in `runReady`, which the scheduler runs on one thread at a time because
/// a socket enqueues itself only when it is neither queued nor running. All that wakes it before it runs goes out in one
/// write. The lock is never held while the link is called.
final class PeerSocket: LinkTransport, SocketOwner, Schedulable {
    /// How much one read takes.
    static let readBytes = 64 << 10
    /// How many reads one turn makes before others get theirs.
    static let readsPerTurn = 8
    /// How much is asked of the link for one write.
    static let writeBytes = 256 << 10
    /// How many writes one turn makes.
    static let writesPerTurn = 8

    private struct State {
        var owner: (any LinkTransportOwner)?
        var token: UInt64?
        var isQueued = false
        var again = false
        var isReadable = false
        /// Whether the peer has ended, which a read will tell.
        var isEnding = false
        /// Where reads put what has come.
        var buffer: [UInt8] = []
        /// Whether the kernel takes more.
        var isWritable = true
        /// What the link has given and the kernel has not taken.
        var rest: ArraySlice<UInt8> = []
        var hasFinished = false
        var isClosed = false
    }

    private let descriptor: Descriptor
    private let world: World
    private let reactor: EpollReactor
    private let state = Mutex(State())

    init(_ descriptor: Descriptor, world: World, reactor: EpollReactor) {
        self.descriptor = descriptor
        self.world = world
        self.reactor = reactor
    }

    func start(_ owner: any LinkTransportOwner) {
        do {
            // Under the lock: the first turn may come, and end the connection, before `watch` has returned.
            try state.withLock { state in
                guard !state.isClosed else { return }
                state.owner = owner
                state.token = try reactor.watch(descriptor, for: self)
            }
        } catch {
            close()
            owner.transportEnded("\(error)")
        }
    }

    func becameReady(_ readiness: SocketReadiness) {
        wake { state in
            if readiness.contains(.readable) { state.isReadable = true }
            if readiness.contains(.writable) { state.isWritable = true }
            if readiness.contains(.ended) { state.isEnding = true }
        }
    }

    func wake() { wake { _ in } }

    private func wake(_ note: (inout State) -> Void) {
        let enqueues = state.withLock { state in
            note(&state)
            state.again = true
            guard !state.isQueued, !state.isClosed else { return false }
            state.isQueued = true
            return true
        }
        if enqueues { world.scheduler.enqueue(self) }
    }

    func runReady() {
        let (owner, isReadable) = state.withLock { ($0.owner, $0.isReadable) }
        guard let owner else { return }
        let goesOn = (isReadable && read(owner), write(owner))
        let enqueues = state.withLock { state in
            state.isQueued = (goesOn.0 || goesOn.1 || state.again || state.isReadable) && !state.isClosed
            return state.isQueued
        }
        if enqueues { world.scheduler.enqueue(self) }
    }

    /// Reads what has come; true when there may be more.
    private func read(_ owner: any LinkTransportOwner) -> Bool {
        var buffer = state.withLock { state in
            defer { state.buffer = [] }
            return state.buffer
        }
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.readBytes) }
        defer { state.withLock { $0.buffer = buffer } }
        for _ in 0..<Self.readsPerTurn {
            // The mark goes before the call: readiness that comes during it sets the mark again.
            let isEnding = state.withLock { state -> Bool? in
                state.isReadable = false
                return state.isClosed ? nil : state.isEnding
            }
            guard let isEnding else { return false }
            // Safe because recv writes at most the capacity and reports how much it wrote.
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe da_receive(descriptor.number, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return false }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                ended(owner, count == 0 ? "The peer has closed the connection" : "Cannot receive")
                return false
            }
            owner.received(Array(buffer[..<count]))
            // What comes from now on is told anew, but for an end that was told already.
            if count < buffer.count, !isEnding { return false }
        }
        state.withLock { $0.isReadable = true }
        return true
    }

    /// Writes what the link has until the kernel takes no more; true when there may be more.
    private func write(_ owner: any LinkTransportOwner) -> Bool {
        for _ in 0..<Self.writesPerTurn {
            var rest = state.withLock { state -> ArraySlice<UInt8>? in
                // Whatever the link has is asked for below, or when the kernel takes more.
                state.again = false
                guard !state.isClosed, state.isWritable, !state.hasFinished else { return nil }
                defer { state.rest = [] }
                return state.rest
            }
            guard rest != nil else { return false }
            if rest?.isEmpty == true {
                switch owner.takeOutput(atMost: Self.writeBytes) {
                case .bytes(let bytes): rest = bytes[...]
                case .nothing: return false
                case .end:
                    // The other side reads what is on its way and closes; what it still sends is read until then.
                    state.withLock { $0.hasFinished = true }
                    _ = shutdown(descriptor.number, Int32(SHUT_WR))
                    return false
                }
            }
            guard let rest, send(rest, owner) else { return false }
        }
        return true
    }

    /// Gives bytes to the kernel and keeps what it does not take; false when the connection is broken or full.
    private func send(_ bytes: ArraySlice<UInt8>, _ owner: any LinkTransportOwner) -> Bool {
        // The mark goes before the call, as with reading.
        state.withLock { $0.isWritable = false }
        // Safe because the slice's memory is valid within the closure and its length is passed.
        let sent = unsafe bytes.withUnsafeBytes { buffer in
            unsafe da_send_quietly(descriptor.number, buffer.baseAddress, buffer.count)
        }
        let cause = errno
        if sent < 0, cause != EAGAIN, cause != EWOULDBLOCK, cause != EINTR {
            ended(owner, SocketError(cause, "Cannot send").description)
            return false
        }
        return state.withLock { state in
            state.rest = bytes.dropFirst(max(sent, 0))
            if sent > 0 || cause == EINTR { state.isWritable = true }
            return state.isWritable
        }
    }

    private func ended(_ owner: any LinkTransportOwner, _ text: String) {
        close()
        owner.transportEnded(text)
    }

    func close() {
        let token = state.withLock { state -> UInt64? in
            state.isClosed = true
            state.rest = []
            defer { (state.owner, state.token) = (nil, nil) }
            return state.token
        }
        if let token { reactor.unwatch(descriptor, token) }
        _ = shutdown(descriptor.number, Int32(SHUT_RDWR))
    }
}
