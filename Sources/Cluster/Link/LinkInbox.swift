internal import Locks

/// A receiver whose messages are taken one at a time by a task; taking one gives its credit back.
///
/// It may be asked for messages, or given up, before its stream has come.
package final class LinkInbox: LinkReceiver {
    private struct State {
        var messages = LinkQueue<(bytes: [UInt8], stream: LinkStream)>()
        /// How the stream has ended: nil where the other side has finished.
        var end: LinkError??
        var reader: CheckedContinuation<Void, Never>?
        var stream: LinkStream?
        /// What is to be done with the stream once it has come.
        var waiting: [@Sendable (LinkStream) -> Void] = []
    }

    private let state = Mutex(State())
    private let lost: @Sendable (LinkInbox) -> Void

    /// Makes an inbox; `lost` is called when its stream fails.
    package init(lost: @escaping @Sendable (LinkInbox) -> Void = { _ in }) { self.lost = lost }

    /// The stream that others have waited for has come.
    package func begin(_ stream: LinkStream) {
        let waiting = state.withLock { state in
            state.stream = stream
            defer { state.waiting = [] }
            return state.waiting
        }
        for action in waiting { action(stream) }
    }

    /// Does something with the stream, now or once it has come.
    package func withStream(_ action: @escaping @Sendable (LinkStream) -> Void) {
        let stream = state.withLock { state in
            if state.stream == nil, state.end == nil { state.waiting.append(action) }
            return state.stream
        }
        if let stream { action(stream) }
    }

    /// Wants nothing more of the stream.
    package func cancel() { withStream { $0.reset(.cancelled) } }

    /// Whether the stream has ended, though messages may be left.
    package var isOver: Bool { state.withLock { $0.end != nil } }

    /// The next message; nil behind the last one.
    ///
    /// For one task at a time. Throws the stream's error behind the messages that came before it, `CancellationError` in a
    /// task that is cancelled while it waits.
    package func next() async throws -> [UInt8]? {
        while true {
            if let outcome = take() { return try outcome.get() }
            try Task.checkCancellation()
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        guard state.messages.isEmpty, state.end == nil, !Task.isCancelled else { return true }
                        precondition(state.reader == nil, "An inbox has one reader.")
                        state.reader = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                wakeReader { _ in }
            }
        }
    }

    private func take() -> Result<[UInt8]?, LinkError>? {
        typealias Taken = (message: (bytes: [UInt8], stream: LinkStream)?, end: LinkError??)
        let taken = state.withLock { state -> Taken in (state.messages.popFirst(), state.end) }
        if let (bytes, stream) = taken.message {
            stream.consumed(bytes.count)
            return .success(bytes)
        }
        guard let end = taken.end else { return nil }
        return end.map { .failure($0) } ?? .success(nil)
    }

    package func received(_ message: [UInt8], on stream: LinkStream) {
        wakeReader { $0.messages.append((message, stream)) }
    }

    package func ended(_ stream: LinkStream) { wakeReader { $0.end = .some(nil) } }

    package func failed(_ error: LinkError, on stream: LinkStream) {
        fail(error)
        lost(self)
    }

    /// The stream will not come.
    package func fail(_ error: LinkError) {
        wakeReader { state in
            state.end = .some(error)
            state.waiting = []
        }
    }

    private func wakeReader(_ body: (inout State) -> Void) {
        let reader = state.withLock { state in
            body(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
