internal import DurableActors
internal import Locks

/// A body that another node sends, read once.
///
/// Isolation: any thread; continuations are resumed outside of the lock.
final class BodyReader: LinkReceiver {
    private struct State {
        var stream: LinkStream?
        var isUnwanted = false
        var pieces: [[UInt8]] = []
        var waiting: CheckedContinuation<[UInt8]?, any Error>?
        var end: Result<Void, any Error>?
    }

    private let state = Mutex(State())

    /// The stream that brings it has come.
    func begin(_ stream: LinkStream) {
        let isUnwanted = state.withLock { state in
            state.stream = stream
            return state.isUnwanted
        }
        if isUnwanted { stream.reset(.cancelled) }
    }

    private func leave() {
        let stream = state.withLock { state in
            state.isUnwanted = true
            return state.stream
        }
        stream?.reset(.cancelled)
    }

    /// The body as a stream; when nobody refers to it any more, the other node hears of it.
    func body() -> ByteStream {
        let use = Use(self)
        return ByteStream(pulling: { try await use.reader.next() })
    }

    private func next() async throws -> [UInt8]? {
        let piece = try await withCheckedThrowingContinuation { continuation in
            let ready = state.withLock { state -> Result<[UInt8]?, any Error>? in
                if !state.pieces.isEmpty { return .success(state.pieces.removeFirst()) }
                if let end = state.end { return end.map { nil } }
                state.waiting = continuation
                return nil
            }
            if let ready { continuation.resume(with: ready) }
        }
        if let piece { state.withLock { $0.stream }?.consumed(piece.count) }
        return piece
    }

    func received(_ message: [UInt8], on stream: LinkStream) {
        let waiting = state.withLock { state in
            if state.waiting == nil { state.pieces.append(message) }
            return state.waiting.take()
        }
        waiting?.resume(returning: message)
    }

    func ended(_ stream: LinkStream) {
        end(.success(()))
        stream.finish()
    }

    func failed(_ error: LinkError, on stream: LinkStream) {
        guard case .refused(_, let text) = error else { return end(.failure(ForwardingFailure.lost)) }
        end(.failure(RemoteError(kind: "Error", message: text)))
    }

    func end(_ end: Result<Void, any Error>) {
        let waiting = state.withLock { state in
            if state.end == nil { state.end = end }
            return state.waiting.take()
        }
        waiting?.resume(with: end.map { nil })
    }

    /// Somebody's use of the reader.
    private final class Use: Sendable {
        let reader: BodyReader
        init(_ reader: BodyReader) { self.reader = reader }
        deinit { reader.leave() }
    }
}
