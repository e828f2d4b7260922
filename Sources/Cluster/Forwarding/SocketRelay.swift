internal import DurableActors
internal import Locks
internal import struct Synchronization.Atomic

/// One half of a socket whose ends are on two nodes: a socket's end on one side, a stream on the other.
///
/// Concurrency: the end calls in under its own lock, in order; the stream calls in one at a time, in order. Nothing that a
/// call of the end leads to touches the end again. What finds no room waits in `queue`, in its order; while something
/// waits one task sends it, and what comes meanwhile waits behind it. How an object's side moves is in
/// `SocketRelay+Moving`.
final class SocketRelay: LinkReceiver, WebSocketReceiver {
    struct State: ~Copyable {
        var stream: LinkStream?
        var queue = RelayQueue()
        /// Sends what waits, while something does.
        var sending: Task<Void, Never>?
        /// Nothing is sent: the other side has said so, or moves.
        var isPaused = false
        /// The other side is told that it is paused once nothing is being sent any more.
        var owedMark: UInt64?
        /// Messages are dropped while more bytes than that wait.
        var dropsOver: Int?
        var hasSentEnd = false
        var hasReceivedEnd = false
        /// Told when the other side sends nothing more, and how often it was asked to.
        var whenPaused: (@Sendable () -> Void)?
        var pauses: UInt64 = 0
        /// Ends the client when no other stream comes.
        var patience: TimerToken?
    }

    /// How many bytes may be on their way into the link before messages wait here, and with them their senders.
    private static let eagerBytes = 256 << 10

    let end: WebSocket
    let name: SocketName
    let handles: HandleTable
    let state: Mutex<State>
    /// How much of what came has not been handled; of an object's side alone.
    private let unhandled = Atomic<Int>(0)

    /// `hasSentEnd` is whether the end's close frame has gone to the other side before.
    init(_ end: WebSocket, _ name: SocketName, _ handles: HandleTable, isPaused: Bool = false, hasSentEnd: Bool = false)
    {
        (self.end, self.name, self.handles) = (end, name, handles)
        var state = State()
        (state.isPaused, state.hasSentEnd) = (isPaused, hasSentEnd)
        self.state = Mutex(state)
    }

    /// Ties the end to the stream.
    func begin(_ stream: LinkStream) {
        state.withLock { $0.stream = stream }
        end.attach(self)
    }

    // MARK: - From the end

    func received(_ message: OutgoingMessage) {
        state.withLock { state in
            guard !state.hasSentEnd else { return }
            if let most = state.dropsOver, Self.bufferedBytes(state) > most { return }
            push(.message(message), &state)
        }
    }

    func closed(code: Int, reason: String) { sendEnd(.closed(code: code, reason: reason)) }

    func lost(_ error: (any Error)?) { sendEnd(.lost(error.map { "\($0)" })) }

    var bufferedBytes: Int { state.withLock { Self.bufferedBytes($0) } }

    private static func bufferedBytes(_ state: borrowing State) -> Int {
        state.queue.bytes + (state.stream?.bufferedBytes ?? 0)
    }

    func setSlowConsumerPolicy(_ policy: SlowConsumerPolicy) {
        state.withLock { state in
            state.dropsOver = nil
            if case .drop(let bytes) = policy { state.dropsOver = bytes }
            if !state.hasSentEnd { state.stream?.sendNow(SocketFrame.policy(policy).bytes) }
        }
    }

    private func sendEnd(_ frame: SocketFrame) {
        state.withLock { state in
            guard !state.hasSentEnd else { return }
            state.hasSentEnd = true
            push(.frame(frame), &state)
        }
    }

    /// Sends something behind all that waits.
    func push(_ item: RelayQueue.Item, _ state: inout State) {
        guard state.queue.isEmpty, state.sending == nil, !state.isPaused, let stream = state.stream,
            item.byteCount == 0 || stream.bufferedBytes < Self.eagerBytes
        else {
            state.queue.append(item)
            return sendQueue(&state)
        }
        send(item.frame, on: stream, &state)
    }

    private func send(_ frame: SocketFrame, on stream: LinkStream, _ state: inout State) {
        stream.sendNow(frame.bytes)
        guard frame.isEnd else { return }
        if case .lost = frame { state.hasReceivedEnd = true }
        if state.hasReceivedEnd { finish(&state) }
    }

    /// Both ends are told, or one is gone.
    private func finish(_ state: inout State) {
        state.stream.take()?.finish()
        handles.forget(self)
    }

    /// Has what waits sent, message by message, as the other side takes it.
    func sendQueue(_ state: inout State) {
        guard !state.queue.isEmpty, state.sending == nil, !state.isPaused, let stream = state.stream else { return }
        state.sending = Task(executorPreference: handles.executor) { [self] in
            while let message = next(on: stream) {
                do {
                    try await stream.send(SocketFrame(message.message).bytes)
                } catch is CancellationError {
                    self.state.withLock { $0.queue.putBack(.message(message)) }
                } catch {
                    // The stream is over, which its receiver hears of.
                    return
                }
            }
        }
    }

    /// The next message; nil when this task has to end.
    private func next(on stream: LinkStream) -> OutgoingMessage? {
        state.withLock { state in
            while !state.isPaused, !Task.isCancelled, state.stream === stream, let item = state.queue.popFirst() {
                switch item {
                case .message(let message): return message
                case .frame(let frame): send(frame, on: stream, &state)
                }
            }
            state.sending = nil
            if let mark = state.owedMark.take() { stream.sendNow(SocketFrame.paused(mark).bytes) }
            sendQueue(&state)
            return nil
        }
    }

    // MARK: - From the stream

    func received(_ message: [UInt8], on stream: LinkStream) {
        do {
            deliver(try ValueCodec.decode(SocketFrame.self, from: message), message.count, stream)
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
            stream.consumed(bytes)
            state.withLock { $0.hasReceivedEnd = true }
            end.close(as: code, reason)
            // The end's own close frame may have gone before, or have been sent by this.
            let paused = state.withLock { state -> (@Sendable () -> Void)? in
                guard state.hasSentEnd, state.queue.isEmpty, state.sending == nil else { return nil }
                finish(&state)
                return state.whenPaused.take()
            }
            paused?()
        case .lost(let text):
            let paused = state.withLock { state in
                (state.hasSentEnd, state.hasReceivedEnd) = (true, true)
                finish(&state)
                return state.whenPaused.take()
            }
            defer { paused?() }
            end.terminate(text.map { DurableObjectError(.disconnected, $0) })
        case .policy(let policy):
            end.setSlowConsumerPolicy(policy)
            stream.consumed(bytes)
        case .pause, .paused, .resume, .moved:
            stream.consumed(bytes)
            move(frame, stream)
        }
    }

    /// Credit goes back when the message has been written to the network; to an object's client at once, until so many are
    /// unhandled that no more of it is read: then when it has been handled.
    private func send(_ message: WebSocketMessage, _ bytes: Int, _ stream: LinkStream) {
        let weight = message.weight
        let waiting = unhandled.add(weight, ordering: .relaxed).newValue
        let isEarly = !handles.isHome(name) && waiting < WebSocketMessage.maximumUnhandled
        if isEarly { stream.consumed(bytes) }
        // Silence is right: after its own close an end takes no more messages, and the peer's are dropped.
        try? end.send(
            OutgoingMessage(message) { [self] in
                unhandled.subtract(weight, ordering: .relaxed)
                if !isEarly { stream.consumed(bytes) }
            }
        )
    }

    func ended(_ stream: LinkStream) { lose(stream) }

    func failed(_ error: LinkError, on stream: LinkStream) { lose(stream) }

    /// The stream is over; nothing to the end where another has taken its place or all was said.
    private func lose(_ stream: LinkStream) {
        let (isCurrent, paused) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            guard state.stream === stream else { return (false, nil) }
            state.stream = nil
            (state.hasSentEnd, state.sending) = (true, nil)
            return (true, state.whenPaused.take())
        }
        guard isCurrent else { return }
        handles.forget(self)
        end.terminate()
        paused?()
    }
}
