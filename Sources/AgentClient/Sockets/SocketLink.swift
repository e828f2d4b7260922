internal import AgentHost
internal import CLinux
internal import DurableActors
internal import Glibc
internal import Locks

/// A client's WebSocket over TCP.
///
/// Concurrency: reading and telling happen in `runReady`, which the scheduler runs on one thread at a time because a link
/// enqueues itself only when it is neither queued nor running. What is sent comes from any thread and is ordered by the
/// lock, under which it is also written, so the order in the outbox is the order on the wire. Nothing is told under it.
final class SocketLink: AgentLink, SocketOwner, Schedulable {
    /// How much one read takes.
    static let readBytes = 64 << 10
    /// How many reads one turn makes before others get theirs.
    static let readsPerTurn = 8
    /// How long the peer has to answer a close frame, in nanoseconds.
    static let closingNanoseconds: UInt64 = 2_000_000_000
    /// How long the system may take to connect, in milliseconds.
    static let connectMilliseconds: Int32 = 4000

    private enum Phase {
        case connecting, upgrading, open
        /// Over for the owner, who is told nothing more; the transport may have bytes to write or a close to wait for.
        case leaving
        case gone
    }

    private struct State {
        var phase = Phase.connecting
        var descriptor: Descriptor?
        var token: UInt64?
        var parser = ResponseParser(limits: HTTPLimits())
        var key: [UInt8] = []
        var session: WebSocketSession
        var outbox = Outbox()
        var endsWhenFlushed = false
        var isQueued = false
        var again = false
    }

    private let world: World
    private let reactor: EpollReactor
    private let receive: @Sendable (AgentLinkEvent) -> Void
    private let state: Mutex<State>

    init(world: World, reactor: EpollReactor, _ receive: @escaping @Sendable (AgentLinkEvent) -> Void) {
        self.world = world
        self.reactor = reactor
        self.receive = receive
        let random = world.random
        let role = WebSocketSession.Role.client(maskKeys: { MaskKey(UInt32(truncatingIfNeeded: random.next())) })
        state = Mutex(State(session: WebSocketSession(role: role)))
    }

    // MARK: - Opening

    /// Connects and asks for the upgrade; blocks while the system connects.
    func connect(_ address: AgentAddress, _ headers: Headers) {
        do {
            let authority = SocketAuthority(address.host)
            // Safe because the name is passed as a C string for the call's duration.
            let number = unsafe da_tcp_connect(authority.name, UInt16(authority.port), Self.connectMilliseconds)
            let descriptor = try Descriptor(number, "Cannot connect to \(address.host)")
            let key = world.random.bytes(16)
            let request = try WebSocketHandshake.request(
                host: address.host,
                target: address.target,
                key: key,
                headers: headers
            )
            let isWanted = state.withLock { state in
                guard state.phase == .connecting else { return false }
                state.phase = .upgrading
                state.descriptor = descriptor
                state.key = key
                state.parser.expectResponse(to: "GET")
                state.outbox.append(request)
                return true
            }
            guard isWanted else { return }
            let token = try reactor.watch(descriptor, for: self)
            let isGone = state.withLock { state in
                state.token = token
                return state.phase == .gone
            }
            if isGone { reactor.unwatch(descriptor, token) }
            wake()
        } catch {
            fail("\(error)")
        }
    }

    /// Ends what was never open and tells why.
    func fail(_ text: String) {
        let isWanted = state.withLock { $0.phase == .connecting || $0.phase == .upgrading }
        end()
        if isWanted { receive(.failed(text)) }
    }

    // MARK: - Sending

    func send(_ message: WebSocketMessage) {
        state.withLock { state in
            // Silence is right: what is sent on a socket that has just ended is lost, as on a network.
            let bytes =
                switch message {
                case .text(let text): try? state.session.send(text: text)
                case .binary(let bytes): try? state.session.send(binary: bytes)
                }
            if let bytes { state.outbox.append(bytes) }
        }
        wake()
    }

    func close(code: Int, reason: String) {
        let wasOpen = state.withLock { state in
            guard state.phase == .open else { return false }
            state.phase = .leaving
            // Silence is right: a code that may not be sent ends the socket without one.
            let actions = try? state.session.close(CloseCode(rawValue: UInt16(clamping: code)), reason: reason)
            for case .write(let bytes) in actions ?? [] { state.outbox.append(bytes) }
            if actions == nil { state.endsWhenFlushed = true }
            return true
        }
        guard wasOpen else { return end() }
        _ = world.scheduler.schedule(atUptime: world.clock.uptimeNanoseconds + Self.closingNanoseconds) { [weak self] in
            self?.end()
        }
        wake()
    }

    func drop() { end() }

    // MARK: - Turns

    func becameReady(_ readiness: SocketReadiness) { wake() }

    private func wake() {
        let enqueues = state.withLock { state in
            state.again = true
            guard !state.isQueued, state.phase != .gone else { return false }
            state.isQueued = true
            return true
        }
        if enqueues { world.scheduler.enqueue(self) }
    }

    func runReady() {
        state.withLock { $0.again = false }
        let goesOn = read()
        flush()
        let enqueues = state.withLock { state in
            state.isQueued = (goesOn || state.again) && state.phase != .gone
            return state.isQueued
        }
        if enqueues { world.scheduler.enqueue(self) }
    }

    /// Reads what has come; true when there may be more.
    private func read() -> Bool {
        for _ in 0..<Self.readsPerTurn {
            guard let descriptor = state.withLock({ $0.phase == .gone ? nil : $0.descriptor }) else { return false }
            var count = 0
            // Safe because recv writes at most the capacity and reports how much it wrote.
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.readBytes) { buffer, initialized in
                count = unsafe da_receive(descriptor.number, buffer.baseAddress, buffer.count)
                initialized = max(count, 0)
            }
            if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { return false }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                transportEnded()
                return false
            }
            received(bytes)
        }
        return true
    }

    private func received(_ bytes: [UInt8]) {
        var failure: String?
        let (opened, actions) = state.withLock { state -> (Bool, [WebSocketSession.Action]) in
            guard state.phase == .upgrading else { return (false, state.session.receive(bytes)) }
            state.parser.feed(bytes)
            do {
                guard try Self.isUpgraded(&state.parser, key: state.key) else { return (false, []) }
            } catch {
                failure = "\(error)"
                return (false, [])
            }
            state.phase = .open
            return (true, state.session.receive(state.parser.takeRemainder()))
        }
        if let failure { return fail(failure) }
        if opened { receive(.opened) }
        perform(actions)
    }

    private static func isUpgraded(_ parser: inout ResponseParser, key: [UInt8]) throws -> Bool {
        while let event = try parser.next() {
            guard case .head(let head) = event else { continue }
            _ = try WebSocketHandshake.verify(head, key: key)
            return true
        }
        return false
    }

    private func transportEnded() {
        if state.withLock({ $0.phase == .upgrading }) { return fail("The host ended the connection") }
        perform(state.withLock { $0.session.transportEnded() })
    }

    private func perform(_ actions: [WebSocketSession.Action]) {
        for action in actions {
            switch action {
            case .deliverText(let text): tell(.message(.text(text)))
            case .deliverBinary(let bytes): tell(.message(.binary(bytes)))
            case .write(let bytes): state.withLock { $0.outbox.append(bytes) }
            case .peerClosed(let code, let reason): peerClosed(code, reason)
            case .fail(let code, let reason, _): tellEnd(Int(code.rawValue), reason, wasClean: false)
            case .closeTransport: state.withLock { $0.endsWhenFlushed = true }
            }
        }
    }

    private func peerClosed(_ code: CloseCode, _ reason: String) {
        state.withLock { state in
            // Silence is right: a code that may not be sent back is answered by the end of the transport.
            let actions = try? state.session.close(code == .noStatus ? nil : code, reason: reason)
            for case .write(let bytes) in actions ?? [] { state.outbox.append(bytes) }
            state.endsWhenFlushed = true
        }
        tellEnd(Int(code.rawValue), reason, wasClean: true)
    }

    private func tell(_ event: AgentLinkEvent) {
        if state.withLock({ $0.phase == .open }) { receive(event) }
    }

    private func tellEnd(_ code: Int, _ reason: String, wasClean: Bool) {
        let isWanted = state.withLock { state in
            guard state.phase == .open else { return false }
            state.phase = .leaving
            return true
        }
        if isWanted { receive(.closed(code: code, reason: reason, wasClean: wasClean)) }
    }

    /// Writes until nothing waits or the kernel takes no more.
    private func flush() {
        let (ends, isBroken) = state.withLock { state -> (Bool, Bool) in
            guard let descriptor = state.descriptor else { return (false, false) }
            while state.phase != .gone, let bytes = state.outbox.next() {
                // Safe because the slice's memory is valid within the closure and its length is passed.
                let sent = unsafe bytes.withUnsafeBytes { buffer in
                    unsafe da_send_quietly(descriptor.number, buffer.baseAddress, buffer.count)
                }
                if sent < 0, errno == EINTR { continue }
                if sent < 0, errno == EAGAIN || errno == EWOULDBLOCK { break }
                guard sent >= 0 else { return (false, true) }
                state.outbox.sent(sent)
            }
            return (state.endsWhenFlushed && state.outbox.isEmpty, false)
        }
        if isBroken { transportEnded() }
        if ends || isBroken { end() }
    }

    /// Ends the transport at once.
    private func end() {
        let (descriptor, token) = state.withLock { state -> (Descriptor?, UInt64?) in
            state.phase = .gone
            state.outbox.removeAll()
            defer { (state.descriptor, state.token) = (nil, nil) }
            return (state.descriptor, state.token)
        }
        guard let descriptor else { return }
        if let token { reactor.unwatch(descriptor, token) }
        shutdown(descriptor.number, Int32(SHUT_RDWR))
    }
}
