internal import DurableActors
internal import Locks
internal import struct Synchronization.Atomic

/// A connection that has become a WebSocket: frames on one side, messages of a socket's end on the other.
///
/// Concurrency: what comes from the network is handled in the connection's turns, one at a time; what goes to the
/// network comes from any thread and is ordered by the lock. The socket's end calls in under its own lock, so nothing
/// that such a call leads to may touch that end again: it is marked as ended here before the connection is closed. The
/// connection may be gone while the socket's end is not.
final class SocketSession: WebSocketReceiver {
    private let session: Mutex<WebSocketSession>
    private let webSocket: WebSocket
    private weak let connection: TCPConnection?
    private let unhandled = Atomic<Int>(0)
    private let maximumUnhandled: Int

    init(connection: TCPConnection, webSocket: WebSocket, limits: WebSocketLimits) {
        session = Mutex(WebSocketSession(role: .server, limits: limits))
        maximumUnhandled = limits.maxUnhandledMessages
        self.webSocket = webSocket
        self.connection = connection
        // Before anything comes from the network, which may be before the end is attached.
        webSocket.beginUse()
    }

    // MARK: - From the network

    /// Whether reading should pause until the object has handled some of what has come.
    var isFull: Bool { unhandled.load(ordering: .acquiring) >= maximumUnhandled }

    func received(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        perform(session.withLock { $0.receive(bytes) })
    }

    /// The connection is gone; an object that has yet to answer the peer's close is told nothing more, but can stop.
    func transportEnded() {
        let wasOpen = session.withLock { session in
            defer { _ = session.transportEnded() }
            return !session.isFinished
        }
        if wasOpen { webSocket.terminate() }
    }

    private func perform(_ actions: [WebSocketSession.Action]) {
        for action in actions {
            switch action {
            case .deliverText(let text): deliver(.text(text))
            case .deliverBinary(let bytes): deliver(.binary(bytes))
            case .write(let bytes): connection?.write(bytes)
            case .peerClosed(let code, let reason): webSocket.close(as: Int(code.rawValue), reason)
            case .fail(_, _, let text): webSocket.terminate(DurableObjectError(.disconnected, text))
            case .closeTransport: connection?.write([], thenClose: true)
            }
        }
    }

    private func deliver(_ message: WebSocketMessage) {
        let weight = message.weight
        unhandled.add(weight, ordering: .relaxed)
        // Silence is right: after its own close an end takes no more messages, and the peer's are dropped.
        try? webSocket.send(OutgoingMessage(message) { [weak self] in self?.handled(weight) })
    }

    /// The object has handled a message: reading goes on when it was the one too many.
    private func handled(_ weight: Int) {
        let (before, left) = unhandled.subtract(weight, ordering: .acquiringAndReleasing)
        if before >= maximumUnhandled, left < maximumUnhandled { connection?.wake(readable: true) }
    }

    // MARK: - From the socket's other end

    func received(_ message: OutgoingMessage) {
        guard session.withLock({ $0.canSend }) else { return }
        connection?.write(
            message.frame { message in
                switch message {
                case .text(let text): FrameEncoder.text(text)
                case .binary(let bytes): FrameEncoder.binary(bytes)
                }
            },
            isMessage: true
        )
    }

    func closed(code: Int, reason: String) {
        do {
            let closeCode = code == 1005 ? nil : CloseCode(rawValue: UInt16(clamping: code))
            perform(try session.withLock { try $0.close(closeCode, reason: reason) })
        } catch {
            lost(error)
        }
    }

    var bufferedBytes: Int { connection?.bufferedBytes ?? 0 }

    func setSlowConsumerPolicy(_ policy: SlowConsumerPolicy) { connection?.setSlowConsumerPolicy(policy) }

    func lost(_ error: (any Error)?) {
        session.withLock { _ = $0.transportEnded() }
        connection?.close()
    }
}
