internal import DurableActors
internal import Locks

/// One half of a socket whose ends are on two nodes: a socket's end on one side, a stream on the other.
///
/// Concurrency: the end calls in under its own lock, in order; the stream calls in one at a time, in order. Nothing that a
/// call of the end leads to touches the end again. Messages that find no room wait in `queue`, in their order; while some
/// wait one task sends them, and what comes meanwhile waits behind them.
final class SocketRelay: LinkReceiver, WebSocketReceiver {
    private struct State {
        var stream: LinkStream?
        var queue: [OutgoingMessage] = []
        var isSending = false
        /// How many bytes wait in `queue`.
        var queuedBytes = 0
        var hasSentEnd = false
        var hasReceivedEnd = false
        var waitsToEnd: [SocketFrame] = []
    }

    /// How many bytes may be on their way into the link before messages wait here, and with them their senders.
    private static let eagerBytes = 256 << 10

    private let end: WebSocket
    private let executor: any TaskExecutor
    private let state = Mutex(State())

    init(_ end: WebSocket, _ executor: any TaskExecutor) {
        self.end = end
        self.executor = executor
    }

    /// Ties the end to the stream.
    func begin(_ stream: LinkStream) {
        state.withLock { $0.stream = stream }
        end.attach(self)
    }

    // MARK: - From the end

    func received(_ message: OutgoingMessage) {
        let stream = state.withLock { state -> LinkStream? in
            guard let stream = state.stream, !state.hasSentEnd else { return nil }
            if !state.isSending, stream.bufferedBytes < Self.eagerBytes {
                stream.sendNow(Self.encode(SocketFrame(message.message)))
                return nil
            }
            state.queue.append(message)
            state.queuedBytes += message.message.byteCount
            defer { state.isSending = true }
            return state.isSending ? nil : stream
        }
        if let stream { sendQueue(on: stream) }
    }

    func closed(code: Int, reason: String) { sendEnd(.closed(code: code, reason: reason)) }

    func lost(_ error: (any Error)?) { sendEnd(.lost(error.map { "\($0)" })) }

    var bufferedBytes: Int { state.withLock { $0.queuedBytes + ($0.stream?.bufferedBytes ?? 0) } }

    func setSlowConsumerPolicy(_ policy: SlowConsumerPolicy) {
        state.withLock { state in
            if !state.hasSentEnd { state.stream?.sendNow(Self.encode(.policy(policy))) }
        }
    }

    private func sendEnd(_ frame: SocketFrame) {
        let stream = state.withLock { state -> LinkStream? in
            guard !state.hasSentEnd else { return nil }
            state.hasSentEnd = true
            guard !state.isSending else {
                state.waitsToEnd = [frame]
                return nil
            }
            return state.stream
        }
        stream?.sendNow(Self.encode(frame))
        stream?.finish()
    }

    /// Sends what waits, message by message, as the other side takes it.
    private func sendQueue(on stream: LinkStream) {
        Task(executorPreference: executor) { [self] in
            while let message = next() {
                do {
                    try await stream.send(Self.encode(SocketFrame(message.message)))
                } catch {
                    // The stream is over, which its receiver hears of.
                    break
                }
            }
            let last = state.withLock { state in
                state.isSending = false
                (state.queue, state.queuedBytes) = ([], 0)
                defer { state.waitsToEnd = [] }
                return state.waitsToEnd
            }
            for frame in last {
                stream.sendNow(Self.encode(frame))
                stream.finish()
            }
        }
    }

    private func next() -> OutgoingMessage? {
        state.withLock { state in
            guard !state.queue.isEmpty else { return nil }
            let message = state.queue.removeFirst()
            state.queuedBytes -= message.message.byteCount
            return message
        }
    }

    // MARK: - From the stream

    func received(_ message: [UInt8], on stream: LinkStream) {
        do {
            let frame = try ValueCodec.decode(SocketFrame.self, from: message)
            deliver(frame, message.count, stream)
        } catch {
            stream.reset(.refused(code: 0, text: "A socket's frame cannot be read."))
            end.terminate(error)
        }
    }

    private func deliver(_ frame: SocketFrame, _ bytes: Int, _ stream: LinkStream) {
        switch frame {
        case .text(let text): send(.text(text), bytes, stream)
        case .binary(let content): send(.binary(content), bytes, stream)
        case .closed(let code, let reason):
            state.withLock { $0.hasReceivedEnd = true }
            do {
                try end.close(code: code == 1005 ? nil : code, reason: code == 1005 ? nil : reason)
            } catch {
                end.terminate()
            }
            stream.consumed(bytes)
        case .lost(let text):
            state.withLock { $0.hasReceivedEnd = true }
            end.terminate(text.map { DurableObjectError(.disconnected, $0) })
            stream.finish()
        case .policy(let policy):
            end.setSlowConsumerPolicy(policy)
            stream.consumed(bytes)
        }
    }

    /// Credit goes back when the message has been handled, or written to the network.
    private func send(_ message: WebSocketMessage, _ bytes: Int, _ stream: LinkStream) {
        // Silence is right: after its own close an end takes no more messages, and the peer's are dropped.
        try? end.send(OutgoingMessage(message) { stream.consumed(bytes) })
    }

    func ended(_ stream: LinkStream) {
        if !state.withLock({ $0.hasReceivedEnd }) { end.terminate() }
    }

    func failed(_ error: LinkError, on stream: LinkStream) {
        let isOver = state.withLock { state in
            defer { (state.hasSentEnd, state.stream) = (true, nil) }
            return state.hasReceivedEnd
        }
        if !isOver { end.terminate() }
    }

    private static func encode(_ frame: SocketFrame) -> [UInt8] {
        do {
            return try ValueCodec.encode(frame)
        } catch {
            preconditionFailure("A frame of texts and bytes encodes: \(error)")
        }
    }
}

extension WebSocketMessage {
    fileprivate var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}
