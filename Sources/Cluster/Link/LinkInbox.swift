internal import Locks

/// A receiver whose messages are taken one at a time by a task; taking one gives its credit back.
package final class LinkInbox: LinkReceiver {
    private struct State {
        var messages = LinkQueue<(bytes: [UInt8], stream: LinkStream)>()
        /// How the stream has ended: nil where the other side has finished.
        var end: LinkError??
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

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

    package func failed(_ error: LinkError, on stream: LinkStream) { wakeReader { $0.end = .some(error) } }

    private func wakeReader(_ body: (inout State) -> Void) {
        let reader = state.withLock { state in
            body(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
