internal import Locks

/// One end of a socket pair.
///
/// An object keeps one end (`ctx.acceptWebSocket`) and returns the other in its response; the host ties that one to the
/// network. A socket belongs to the host, not to the object: it outlives the object's time in memory.
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

    private enum Input {
        case message(OutgoingMessage)
        case closed(Int, String)
        case lost((any Error)?)
    }

    private struct State {
        var receiver: (any WebSocketReceiver)?
        var waiting: [Input] = []
        var readyState = ReadyState.open
        var closeSent = false
        var attachment: [UInt8]?
        var owner: ObjectCell?
        var tags: [String] = []
        var url: String?
    }

    private let state = Mutex(State())
    private let other = OtherEnd()

    private final class OtherEnd: Sendable {
        private let end = Mutex<WebSocket?>(nil)
        var value: WebSocket? { end.withLock { $0 } }
        func set(_ value: WebSocket?) { end.withLock { $0 = value } }
    }

    fileprivate init() {}

    static func pair() -> (WebSocket, WebSocket) {
        let (first, second) = (WebSocket(), WebSocket())
        first.other.set(second)
        second.other.set(first)
        return (first, second)
    }

    /// How far the socket's life has got.
    public var readyState: ReadyState { state.withLock { $0.readyState } }

    /// The address the client asked for; nil when it is not known.
    public var url: String? { state.withLock { $0.url } }

    package func setURL(_ url: String?) { state.withLock { $0.url = url } }

    /// Sends a text message; throws after `close`, and drops it silently when the peer is gone.
    public func send(_ text: String) throws { try send(OutgoingMessage(.text(text))) }

    /// Sends a binary message; throws after `close`, and drops it silently when the peer is gone.
    public func send(_ bytes: [UInt8]) throws { try send(OutgoingMessage(.binary(bytes))) }

    package func send(_ message: OutgoingMessage) throws {
        let (owner, isGone) = try state.withLock { state throws(DurableObjectError) in
            if state.closeSent { throw .typeError("Can't call WebSocket send() after close().") }
            return (state.owner, state.readyState == .closed)
        }
        if isGone { return }
        try leave(owner) { [self] in other.value?.accept(.message(message)) }
    }

    /// Sends a close frame after the messages before it; a second call does nothing.
    public func close(code: Int? = nil, reason: String? = nil) throws {
        try Self.check(code: code, reason: reason)
        let owner = state.withLock { state -> ObjectCell?? in
            guard !state.closeSent else { return nil }
            state.closeSent = true
            if state.readyState == .open { state.readyState = .closing }
            return .some(state.owner)
        }
        guard let owner else { return }
        try leave(owner) { [self] in other.value?.accept(.closed(code ?? 1005, reason ?? "")) }
    }

    /// Keeps a value with the socket, at most 16,384 encoded bytes; it survives hibernation but not the socket.
    public func serializeAttachment(_ value: some Encodable) throws {
        let bytes = try ValueCodec.encode(value)
        guard bytes.count <= Self.maximumAttachmentBytes else {
            throw DurableObjectError(
                .invalidArgument,
                "A WebSocket 'attachment' cannot be larger than 16384 bytes.'attachment' was \(bytes.count) bytes."
            )
        }
        state.withLock { $0.attachment = bytes }
    }

    /// The value kept with the socket, decoded anew; nil when none was kept.
    public func deserializeAttachment<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value? {
        try state.withLock { $0.attachment }.map { try ValueCodec.decode(type, from: $0) }
    }

    private func leave(_ owner: ObjectCell?, _ action: @escaping @Sendable () -> Void) throws {
        guard let owner else { return action() }
        guard let incarnation = owner.isCurrent ? owner.current : CurrentObject.incarnation else {
            throw DurableObjectError(
                .invalidArgument,
                "A socket of an object is only usable on the object's own executor."
            )
        }
        try incarnation.check()
        owner.passOutputGate(of: incarnation) { broken in if broken == nil { action() } }
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

// MARK: - The way in

extension WebSocket {
    /// Gives everything that comes in at this end, from the first message on, to a receiver.
    package func attach(_ receiver: any WebSocketReceiver) {
        state.withLock { state in
            state.receiver = receiver
            for input in state.waiting { Self.deliver(input, to: receiver) }
            state.waiting = []
        }
    }

    /// Ends both ends without a close frame, as when a connection is lost or an object is reset.
    ///
    /// With an error the other end learns of that, else of a loss.
    package func terminate(_ error: (any Error)? = nil) {
        let other = other.value
        state.withLock { $0.readyState = .closed }
        other?.accept(.lost(error))
    }

    package func belongs(to cell: ObjectCell, tags: [String]) {
        state.withLock { state in
            state.owner = cell
            state.tags = tags
        }
    }

    package var tags: [String] { state.withLock { $0.tags } }
    package var isOwned: Bool { state.withLock { $0.owner != nil } }

    private func accept(_ input: Input) {
        state.withLock { state in
            switch input {
            case .message: if state.readyState == .closed { return }
            case .closed: state.readyState = state.closeSent ? .closed : .closing
            case .lost:
                if state.readyState == .closed { return }
                state.readyState = .closed
            }
            // Delivered under the lock, so that two senders cannot change the order in which they were accepted.
            if let receiver = state.receiver {
                Self.deliver(input, to: receiver)
            } else {
                state.waiting.append(input)
            }
        }
    }

    private static func deliver(_ input: Input, to receiver: any WebSocketReceiver) {
        switch input {
        case .message(let message): receiver.received(message)
        case .closed(let code, let reason): receiver.closed(code: code, reason: reason)
        case .lost(let error): receiver.lost(error)
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
