internal import CLinux
internal import DurableActors
internal import Glibc
internal import Locks

/// One accepted TCP connection, first as HTTP, later perhaps as a WebSocket.
///
/// Concurrency: reading and parsing happen in `runReady`, which the scheduler runs on one thread at a time because a
/// connection enqueues itself only when it is neither queued nor running (`work`). Everything else, the outbox and the
/// protocol's state, is under one lock that is never held while anything is delivered. Bytes are written by whoever
/// flushes, under the lock, so the order in the outbox is the order on the wire.
final class TCPConnection: SocketOwner, Schedulable {
    /// How much one read takes.
    static let readBytes = 64 << 10
    /// How many reads one turn makes before other connections get theirs.
    static let readsPerTurn = 8

    struct State {
        var outbox = Outbox()
        var closesWhenFlushed = false
        /// The peer sends nothing more; what it has sent is still answered.
        var hasEnded = false
        var isClosed = false
        var drained: [CheckedContinuation<Void, Never>] = []
        var exchange = HTTPExchange()
        var socket: SocketSession?
        var slowConsumer: SlowConsumerRule
        var patience: ConnectionPatience
        var timer: (due: UInt64, token: TimerToken)?
        /// Its last answer is out, and what the client still sends is dropped.
        var isLingering = false

        /// Whether more is to be read now; what makes it true again also wakes the connection.
        var takesMore: Bool { !isClosed && !hasEnded && !exchange.isFull && socket?.isFull != true && !waitsForPeer }

        var waitsForPeer: Bool { slowConsumer.holdsReading(waiting: outbox.count) }
    }

    private struct Work {
        var isQueued = false
        var isReadable = false
        var again = false
    }

    let server: HTTPServer
    let state: Mutex<State>
    private let descriptor: Descriptor
    /// The client's address as text.
    let clientAddress: String?
    private let work = Mutex(Work())
    private let token = Mutex<UInt64?>(nil)

    init(_ descriptor: Descriptor, server: HTTPServer) {
        self.descriptor = descriptor
        clientAddress = descriptor.peerAddress
        self.server = server
        let slowConsumer = SlowConsumerRule(maximumBytes: server.configuration.maximumOutboxBytes)
        let patience = ConnectionPatience(
            limits: server.configuration.patience,
            now: server.world.clock.coarseUptimeNanoseconds
        )
        state = Mutex(
            State(
                exchange: HTTPExchange(limits: server.configuration.http),
                slowConsumer: slowConsumer,
                patience: patience
            )
        )
    }

    func start() throws {
        // Under the lock: the first turn may come, and end the connection, before `watch` has returned.
        try token.withLock { $0 = try server.reactor.watch(descriptor, for: self) }
        if isClosed { close() } else { updatePatience() }
    }

    /// Tells the peer that nothing more comes.
    func shutdownWriting() { _ = shutdown(descriptor.number, Int32(SHUT_WR)) }

    func becameReady(_ readiness: SocketReadiness) { wake(readable: readiness.contains(.readable)) }

    /// Has the connection run: to read, to write what waits, or to go on with the next request.
    func wake(readable: Bool = false) {
        let enqueue = work.withLock { work in
            if readable { work.isReadable = true }
            work.again = true
            defer { work.isQueued = true }
            return !work.isQueued
        }
        if enqueue { server.world.scheduler.enqueue(self) }
    }

    func runReady() {
        let isReadable = work.withLock { work in
            work.again = false
            return work.isReadable
        }
        var goesOn = false
        if isReadable { goesOn = read() }
        advance()
        flush()
        updatePatience()
        // What was read may have been taken only now, by a socket that an upgrade has made meanwhile: there is room again.
        let takesMore = state.withLock { $0.takesMore }
        let again = work.withLock { work in
            if goesOn || work.again || (work.isReadable && takesMore) { return true }
            work.isQueued = false
            return false
        }
        if again { server.world.scheduler.enqueue(self) }
    }

    /// Adds bytes to what is to be written and has them written soon; a message may be dropped for a slow reader.
    func write(_ bytes: [UInt8], isMessage: Bool = false, thenClose: Bool = false) {
        let isClosed = state.withLock { state in
            if isMessage, state.slowConsumer.drops(waiting: state.outbox.count) { return state.isClosed }
            if !state.isClosed { state.outbox.append(bytes) }
            if thenClose { state.closesWhenFlushed = true }
            return state.isClosed
        }
        if !isClosed { wake() }
    }

    /// How many bytes wait to be written.
    var bufferedBytes: Int { state.withLock { $0.outbox.count } }

    /// Says what to do when too much waits to be written.
    func setSlowConsumerPolicy(_ policy: SlowConsumerPolicy) {
        state.withLock { $0.slowConsumer.policy = policy }
        wake(readable: true)
    }

    /// Whether nothing more can be written.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Waits while more is waiting to be written than a slow reader should be allowed.
    func waitUntilDrained() async {
        await withCheckedContinuation { continuation in
            let isFull = state.withLock { state in
                guard state.outbox.count > server.configuration.pauseBytes, !state.isClosed else { return false }
                state.drained.append(continuation)
                return true
            }
            if !isFull { continuation.resume() }
        }
    }

    /// Reads what has come; true when there may be more.
    private func read() -> Bool {
        for _ in 0..<Self.readsPerTurn {
            guard state.withLock({ $0.takesMore }) else { return false }
            switch receive() {
            case .bytes(let bytes): received(bytes)
            case .wouldBlock:
                return false
            case .ended:
                ended()
                return false
            }
        }
        return true
    }

    private enum Received {
        case bytes([UInt8])
        case wouldBlock
        case ended
    }

    private func receive() -> Received {
        // The mark goes before the call: readiness that comes during it sets the mark again.
        work.withLock { $0.isReadable = false }
        var count = 0
        // Safe because recv writes at most the capacity and reports how much it wrote.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.readBytes) { buffer, initialized in
            count = unsafe da_receive(descriptor.number, buffer.baseAddress, buffer.count)
            initialized = max(count, 0)
        }
        if count > 0 {
            work.withLock { $0.isReadable = true }
            return .bytes(bytes)
        }
        if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return .wouldBlock }
        if count < 0, errno == EINTR {
            work.withLock { $0.isReadable = true }
            return .bytes([])
        }
        return .ended
    }

    /// Writes until nothing waits or the kernel takes no more.
    private func flush() {
        var (close, readsOn, lingers) = (false, false, false)
        let drained = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            let waited = state.waitsForPeer
            while !state.isClosed, let bytes = state.outbox.next() {
                // Safe because the slice's memory is valid within the closure and its length is passed.
                let sent = unsafe bytes.withUnsafeBytes { buffer in
                    unsafe da_send_quietly(descriptor.number, buffer.baseAddress, buffer.count)
                }
                if sent < 0, errno == EINTR { continue }
                if sent < 0, errno == EAGAIN || errno == EWOULDBLOCK { break }
                guard sent >= 0 else {
                    close = true
                    return []
                }
                state.outbox.sent(sent)
            }
            readsOn = waited && !state.waitsForPeer
            let isDone = state.closesWhenFlushed && state.outbox.isEmpty
            lingers = isDone && state.exchange.hasFailed && !state.hasEnded
            close = state.slowConsumer.ends(waiting: state.outbox.count) || (isDone && !lingers)
            let drained = state.outbox.count <= server.configuration.pauseBytes ? state.drained : []
            if !drained.isEmpty { state.drained = [] }
            return drained
        }
        for continuation in drained { continuation.resume() }
        if close {
            self.close()
        } else if lingers {
            linger()
        } else if readsOn {
            wake(readable: true)
        }
    }

    /// Ends the connection at once.
    func close() {
        typealias Left = (SocketSession?, [CheckedContinuation<Void, Never>], TimerToken?)
        let (socket, drained, timer) = state.withLock { state -> Left in
            guard !state.isClosed else { return (nil, [], nil) }
            state.isClosed = true
            state.outbox.removeAll()
            defer {
                state.socket = nil
                state.drained = []
                state.timer = nil
            }
            return (state.socket, state.drained, state.timer?.token)
        }
        let watched = token.withLock { token in
            defer { token = nil }
            return token
        }
        if let watched {
            server.reactor.unwatch(descriptor, watched)
            shutdown(descriptor.number, Int32(SHUT_RDWR))
            server.connectionEnded(self)
        }
        timer?.cancel()
        for continuation in drained { continuation.resume() }
        socket?.transportEnded()
    }
}
