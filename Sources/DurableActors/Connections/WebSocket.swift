internal import Locks

/// One end of a socket pair.
///
/// An object keeps one end (`ctx.acceptWebSocket`, or `accept` for a socket that keeps the object in memory) and returns
/// the other in its response; the host ties that one to the network. A socket belongs to the host, not to the object: one
/// taken by `ctx.acceptWebSocket` outlives the object's time in memory. An end that nobody refers to any more is lost.
///
/// Isolation: `send` and `close` of an end that an object holds belong on the object's executor; what they send waits
/// there for the object's earlier writes. An end held by a program may be used from anywhere.
public final class WebSocket: Sendable {
    /// How far a socket's life has got; the numbers are those of the Web's `readyState`.
    public enum ReadyState: Int, Sendable {
        /// Not open yet.
        case connecting = 0
        /// Messages may flow.
        case open = 1
        /// One side has sent its close frame.
        case closing = 2
        /// It has ended.
        case closed = 3
    }

    /// The largest attachment, in encoded bytes.
    public static let maximumAttachmentBytes = 16384

    /// Who has taken an end.
    enum Use {
        case none
        /// An object or a program, by `accept`.
        case standard
        /// An object, by `ctx.acceptWebSocket`.
        case hibernatable
        /// The network or a program, out of a response.
        case response
    }

    enum Input {
        case message(OutgoingMessage)
        case closed(Int, String)
        case lost((any Error)?)
    }

    struct State {
        /// The other end, until this one has ended.
        ///
        /// Whoever uses it holds it: the network, a program, an object.
        weak var other: WebSocket?
        /// The other end was let go before anybody had begun to use it.
        var isAbandoned = false
        var use = Use.none
        var receiver: (any WebSocketReceiver)?
        var waiting: [Input] = []
        var readyState = ReadyState.open
        /// This end's close frame is sent, or waits at the gate to be.
        var closeSent = false
        /// The other side has closed or is gone: nothing more comes in.
        var hasEnded = false
        /// The end was an error, of which the object is told; it may send whatever it likes, to nobody.
        var hasFailed = false
        /// This end was dropped by its own side, so nothing that came in before is told any more.
        var isDropped = false
        /// What comes in waits, since the object may go to another node.
        var isHeld = false
        var owner: ObjectCell?
        var url: String?
        /// What most ends have nothing of; made when there is something to keep.
        var extras: Extras?
    }

    let state = Mutex(State())

    fileprivate init() {}

    /// An end that nobody holds any more is lost to the other end: so ends a socket that an object has accepted and whose
    /// other end it never gave to anybody, as when its `fetch` throws.
    deinit {
        let (other, isUnused) = state.withLock { ($0.takeOther(), $0.use == .none) }
        if isUnused { other?.state.withLock { $0.isAbandoned = true } }
        other?.accept(.lost(nil))
    }

    static func pair() -> (WebSocket, WebSocket) {
        let (first, second) = (WebSocket(), WebSocket())
        first.state.withLock { $0.other = second }
        second.state.withLock { $0.other = first }
        return (first, second)
    }

    /// How far the socket's life has got.
    public var readyState: ReadyState { state.withLock { $0.readyState } }

    /// The address the client asked for; nil when it is not known.
    public var url: String? { state.withLock { $0.url } }

    package func setURL(_ url: String?) { state.withLock { $0.url = url } }

    /// Sends a text message; throws before the socket is accepted and after `close`, and drops it silently when the peer
    /// is gone.
    public func send(_ text: String) throws { try send(OutgoingMessage(.text(text))) }

    /// Sends a binary message; throws before the socket is accepted and after `close`, and drops it silently when the
    /// peer is gone.
    public func send(_ bytes: [UInt8]) throws { try send(OutgoingMessage(.binary(bytes))) }

    package func send(_ message: OutgoingMessage) throws {
        let (owner, peer) = try state.withLock { state throws(DurableObjectError) in
            if state.hasFailed { return (nil as ObjectCell?, nil as WebSocket?) }
            try Self.checkAccepted(state)
            if state.closeSent { throw .typeError("Can't call WebSocket send() after close().") }
            return (state.owner, state.readyState == .closed ? nil : state.other)
        }
        guard let peer else { return }
        Self.leave(try Self.leaving(owner)) { peer.accept(.message(message)) }
    }

    /// Sends a close frame after the messages before it; a second call does nothing.
    ///
    /// Without a code the peer sees 1005. Throws for a code that may not be sent (other than 1000 to 4999, or 1004, 1005,
    /// 1006 or 1015), a reason of over 123 UTF-8 bytes or without a code, and before the socket is accepted.
    public func close(code: Int? = nil, reason: String? = nil) throws {
        try Self.check(code: code, reason: reason)
        let leaving = try Self.leaving(state.withLock { $0.hasFailed || $0.closeSent ? nil : $0.owner })
        let (peer, remains) = try state.withLock { state throws(DurableObjectError) in
            guard !state.closeSent, !state.hasFailed, state.readyState != .closed else {
                return (nil as WebSocket?, nil as Remains?)
            }
            try Self.checkAccepted(state)
            state.closeSent = true
            state.readyState = state.hasEnded ? .closed : .closing
            return (state.other, state.takeRemains())
        }
        guard let peer else { return }
        Self.leave(leaving) { peer.accept(.closed(code ?? 1005, reason ?? "")) }
        remains?.ended?()
    }

    /// Keeps a value with the socket, at most 16,384 encoded bytes; it survives hibernation but not the socket.
    ///
    /// Throws for a larger one, and a `DataCloneError` for one that cannot be encoded.
    public func serializeAttachment(_ value: some Encodable) throws {
        let bytes = try Self.attachmentBytes(of: value)
        state.withLock { $0.attachment = bytes }
    }

    /// The value kept with the socket, decoded anew; nil when none was kept.
    public func deserializeAttachment<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value? {
        try state.withLock { $0.attachment }.map { try ValueCodec.decode(type, from: $0) }
    }

    /// An attachment's bytes; throws for more than there may be.
    package static func attachmentBytes(of value: some Encodable) throws -> [UInt8] {
        let bytes = try ValueCodec.clone(value)
        guard bytes.count <= maximumAttachmentBytes else {
            throw DurableObjectError(
                .invalidArgument,
                "A WebSocket 'attachment' cannot be larger than 16384 bytes.'attachment' was \(bytes.count) bytes."
            )
        }
        return bytes
    }

    /// What a framework keeps with the socket beside the attachment, as it is; it survives hibernation.
    package var companion: (any SocketCompanion)? {
        get { state.withLock { $0.companion } }
        set { state.withLock { $0.companion = newValue } }
    }

    // MARK: - The way out

    private static func checkAccepted(_ state: State) throws(DurableObjectError) {
        guard state.use == .none else { return }
        throw .typeError(
            "You must call one of accept() or state.acceptWebSocket() on this WebSocket before sending messages."
        )
    }

    private typealias Leaving = (cell: ObjectCell, incarnation: Incarnation)

    /// Whose output gate what is sent now has to pass; nil when no object holds the end.
    private static func leaving(_ owner: ObjectCell?) throws(DurableObjectError) -> Leaving? {
        guard let owner else { return nil }
        guard owner.isCurrent, let incarnation = owner.current else {
            if let dead = CurrentObject.incarnation, dead.cell === owner { try dead.check() }
            throw DurableObjectError(
                .invalidArgument,
                "A socket of an object is only usable on the object's own executor."
            )
        }
        try incarnation.check()
        return (owner, incarnation)
    }

    private static func leave(_ leaving: Leaving?, _ action: @escaping @Sendable () -> Void) {
        guard let leaving else { return action() }
        leaving.cell.passOutputGate(of: leaving.incarnation) { broken in if broken == nil { action() } }
    }

    private static func check(code: Int?, reason: String?) throws(DurableObjectError) {
        if let code, !(1000...4999).contains(code) || [1004, 1005, 1006, 1015].contains(code) {
            throw DurableObjectError(
                .invalidArgument,
                "Invalid WebSocket close code: \(code).",
                name: "InvalidAccessError"
            )
        }
        guard let reason else { return }
        if code == nil {
            throw DurableObjectError(
                .invalidArgument,
                "If you specify a WebSocket close reason, you must also specify a code.",
                name: "InvalidAccessError"
            )
        }
        if reason.utf8.count > 123 {
            throw DurableObjectError(
                .invalidArgument,
                "WebSocket close reason must not be longer than 123 bytes when UTF-8 encoded.",
                name: "SyntaxError"
            )
        }
    }
}

/// Makes the two ends of a socket: by custom `client` goes into the response and `server` stays with the object.
public struct WebSocketPair: Sendable {
    /// The end for the response.
    public let client: WebSocket
    /// The end for the object.
    public let server: WebSocket

    /// Makes a pair.
    public init() { (client, server) = WebSocket.pair() }
}
