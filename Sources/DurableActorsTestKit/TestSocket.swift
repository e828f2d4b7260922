public import DurableActors
internal import Locks

/// A client's end of a socket in memory: it keeps what comes, and sends as a client would.
///
/// ```swift
/// let socket = try await TestSocket.connect(to: room, "http://room/chat")
/// try socket.send("hello")
/// let reply = try await socket.next()
/// ```
///
/// Isolation: usable from anywhere.
public final class TestSocket: Sendable {
    /// How a socket has ended.
    public enum End: Sendable, Equatable {
        /// The other side sent a close frame.
        case closed(code: Int, reason: String)
        /// The other side is gone without one.
        case lost
    }

    /// The socket ended before another message came.
    public struct Ended: Error, Equatable, CustomStringConvertible {
        /// How it ended.
        public let end: End
        /// The end in words.
        public var description: String { "The socket has ended: \(end)." }
    }

    private struct State {
        var messages: [WebSocketMessage] = []
        var unread: [WebSocketMessage] = []
        var waiting: [CheckedContinuation<WebSocketMessage, any Error>] = []
        var end: End?
    }

    /// The end of the pair that this client holds.
    public let webSocket: WebSocket
    private let state = Mutex(State())

    /// Takes a client's end, with everything that has come in on it.
    public init(_ webSocket: WebSocket) {
        self.webSocket = webSocket
        webSocket.attach(self)
    }

    /// Asks an object for a socket by a request to upgrade; throws when the answer carries none.
    public static func connect(
        to stub: some DurableObject,
        _ url: String = "http://test/",
        headers: Headers = Headers()
    ) async throws -> TestSocket {
        var headers = headers
        headers.set("upgrade", "websocket")
        let response = try await stub.fetch(Request(url, headers: headers))
        guard response.status == 101, let socket = response.webSocket else {
            throw DurableObjectError(.invalidArgument, "The answer is \(response.status) without a socket.")
        }
        return TestSocket(socket)
    }

    /// Everything that came so far, read or not.
    public var messages: [WebSocketMessage] { state.withLock { $0.messages } }

    /// The texts among what came so far.
    public var texts: [String] {
        messages.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// How the socket ended; nil while it has not.
    public var end: End? { state.withLock { $0.end } }

    /// The next message not yet read, waiting for one; throws `Ended` when none can come any more.
    public func next() async throws -> WebSocketMessage {
        try await withCheckedThrowingContinuation { continuation in
            let ready = state.withLock { state -> Result<WebSocketMessage, any Error>? in
                if !state.unread.isEmpty { return .success(state.unread.removeFirst()) }
                if let end = state.end { return .failure(Ended(end: end)) }
                state.waiting.append(continuation)
                return nil
            }
            if let ready { continuation.resume(with: ready) }
        }
    }

    /// The next message, which must be text.
    public func nextText() async throws -> String {
        let message = try await next()
        guard case .text(let text) = message else {
            throw DurableObjectError(.invalidArgument, "The next message is binary.")
        }
        return text
    }

    /// Sends a text message.
    public func send(_ text: String) throws { try webSocket.send(text) }

    /// Sends a binary message.
    public func send(_ bytes: [UInt8]) throws { try webSocket.send(bytes) }

    /// Sends a close frame.
    public func close(code: Int? = nil, reason: String? = nil) throws {
        try webSocket.close(code: code, reason: reason)
    }

    /// Is gone without a close frame, as when a cable is pulled.
    public func drop() { webSocket.terminate() }

    private func end(_ end: End) {
        let waiting = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(throwing: Ended(end: end)) }
    }
}

extension TestSocket: WebSocketReceiver {
    package func received(_ message: OutgoingMessage) {
        let waiting = state.withLock { state -> CheckedContinuation<WebSocketMessage, any Error>? in
            state.messages.append(message.message)
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.unread.append(message.message)
            return nil
        }
        waiting?.resume(returning: message.message)
    }

    package func closed(code: Int, reason: String) { end(.closed(code: code, reason: reason)) }

    package func lost(_ error: (any Error)?) { end(.lost) }
}
