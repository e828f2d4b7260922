internal import DurableActors
internal import Locks

/// Carries the handles of one message, and of its answer, over the link to one node.
///
/// What is handed over is opened only when the message leaves: one that fails before, or that the output gate holds back,
/// leaves nothing behind. Streams that come with a message and are not taken up are refused.
final class LinkHandles: HandleCarrier {
    private struct Export {
        let number: UInt64
        let kind: StreamKind
        let receiver: any LinkReceiver
        var lease: HandleLease?
        var mayRepeat = false
        var begin: @Sendable (LinkStream) -> Void = { _ in }
    }

    private struct State {
        var exports: [Export] = []
        var opened: [LinkStream] = []
        /// Whether something was handed over that cannot be handed over again.
        var mayRepeat = true
        /// What has come and was not taken up.
        var inboxes: [UInt64: LinkInbox] = [:]
    }

    private let peer: String
    private let forwarder: ClusterForwarder
    private let state = Mutex(State())

    init(to peer: String, _ forwarder: ClusterForwarder) {
        self.peer = peer
        self.forwarder = forwarder
    }

    /// Of a request that has come; the streams it names have come before it.
    init(from peer: String, _ forwarder: ClusterForwarder, bringing numbers: [UInt64]) {
        self.peer = peer
        self.forwarder = forwarder
        state.withLock { state in
            for number in numbers { state.inboxes[number] = forwarder.handles.arrived(from: peer, number) }
        }
    }

    deinit { dropUnclaimed() }

    var host: HostCore { forwarder.host }

    /// Whether the message can be sent again, as another one.
    var mayRepeat: Bool { state.withLock { $0.mayRepeat } }

    private var executor: any TaskExecutor { host.world.scheduler.taskExecutor }

    // MARK: - What leaves

    /// What the message has to name.
    var numbers: [UInt64] { state.withLock { $0.exports.compactMap { $0.kind == .handle ? $0.number : nil } } }

    /// Opens what the message carries, and sends that behind it.
    func send(_ kind: StreamKind, _ opening: some ByteCoded, receiver: CallAnswer) throws {
        let message = try opening.encoded()
        try open(beside: nil)
        do throws(LinkError) {
            _ = try forwarder.links.link(to: peer)
                .open(kind: kind.rawValue, message: message, finishing: true, receiver: receiver)
        } catch {
            withdraw()
            throw ForwardingFailure.of(error, node: peer)
        }
    }

    /// Opens what a message carries, before that leaves by a stream to the same node, and is lost with it.
    func open(beside other: LinkStream?) throws {
        let exports = state.withLock { state in
            defer { state.exports = [] }
            return state.exports
        }
        guard !exports.isEmpty else { return }
        do {
            for export in exports {
                // Its stream may end at once.
                try export.lease?.begin()
                let stream = try open(export, beside: other)
                state.withLock { $0.opened.append(stream) }
                export.begin(stream)
            }
        } catch {
            withdraw()
            throw (error as? LinkError).map { ForwardingFailure.of($0, node: peer) } ?? error
        }
    }

    /// Takes back what was handed over with a message that was lost or refused.
    func withdraw() {
        let opened = state.withLock { state in
            defer { state.opened = [] }
            return state.opened
        }
        // The own receivers hear of it too.
        for stream in opened { stream.fail(.cancelled) }
    }

    private func open(_ export: Export, beside other: LinkStream?) throws -> LinkStream {
        do {
            let message = try ValueCodec.encode(export.number)
            return try forwarder.links.link(to: peer)
                .open(kind: export.kind.rawValue, message: message, beside: other, receiver: export.receiver)
        } catch {
            export.lease?.end()
            throw error
        }
    }

    private func add(_ export: Export) -> UInt64 {
        state.withLock { state in
            state.exports.append(export)
            if !export.mayRepeat { state.mayRepeat = false }
        }
        return export.number
    }

    func export(_ stream: ByteStream) -> UInt64 {
        let sender = BodySender(stream)
        let begin: @Sendable (LinkStream) -> Void = { [executor] in sender.begin($0, executor) }
        return add(Export(number: forwarder.handles.nextNumber(), kind: .handle, receiver: sender, begin: begin))
    }

    func export(_ socket: WebSocket) -> UInt64 {
        let number = forwarder.handles.nextNumber()
        let name = SocketName(acceptor: peer, exporter: forwarder.links.name, number: number)
        let relay = SocketRelay(socket, name, forwarder.handles)
        return add(Export(number: number, kind: .socket, receiver: relay, begin: { relay.begin($0) }))
    }

    func export(_ callee: any ExportedCallee) -> UInt64 {
        let lease = HandleLease(for: peer, forwarder, calling: callee)
        let receiver = CalleeLease(lease)
        return add(Export(number: lease.number, kind: .handle, receiver: receiver, lease: lease, mayRepeat: true))
    }

    func export(_ elements: any ExportedElements) -> UInt64 {
        let lease = HandleLease(for: peer, forwarder)
        let sender = ElementSender(elements, lease)
        let begin: @Sendable (LinkStream) -> Void = { [forwarder] in sender.begin($0, forwarder) }
        return add(Export(number: lease.number, kind: .handle, receiver: sender, lease: lease, begin: begin))
    }

    // MARK: - What comes

    /// An answer names what comes with it, if it has not come yet.
    func expect(_ numbers: [UInt64]) {
        state.withLock { state in
            for number in numbers { state.inboxes[number] = forwarder.handles.inbox(from: peer, number) }
        }
    }

    /// Refuses what was not taken up.
    func dropUnclaimed() {
        let inboxes = state.withLock { state in
            defer { state.inboxes = [:] }
            return state.inboxes
        }
        for inbox in inboxes.values { inbox.cancel() }
    }

    private func claim(_ number: UInt64) throws -> LinkInbox {
        guard let inbox = state.withLock({ $0.inboxes.removeValue(forKey: number) }) else {
            throw ForwardingFailure.lost
        }
        return inbox
    }

    func stream(_ number: UInt64) throws -> ByteStream { BodyReader(try claim(number)).body }

    func socket(_ number: UInt64) throws -> WebSocket { try forwarder.handles.socket(from: peer, number).client }

    func callee(_ number: UInt64) throws -> any RemoteCallee {
        LinkCallee(number, try claim(number), from: peer, forwarder)
    }

    func elements(_ number: UInt64) throws -> any RemoteElements {
        ElementReader(try claim(number), from: peer, forwarder)
    }
}
