internal import DurableActors
internal import Locks

/// Chunks on their way to the reader of a stream.
final class ChunkQueue: Sendable {
    private struct State {
        var chunks: [JSONValue] = []
        var waiting: CheckedContinuation<JSONValue?, any Error>?
        var end: Result<JSONValue?, any Error>?
    }

    private let maximum: Int
    private let state = Mutex(State())

    init(maximum: Int) { self.maximum = maximum }

    /// What the stream ended with; nil unless it has ended well, with something.
    var result: JSONValue? {
        state.withLock { state in
            if case .success(let value) = state.end { value } else { nil }
        }
    }

    /// Adds a chunk; false when too many wait.
    func add(_ chunk: JSONValue) -> Bool {
        let (waiting, fits) = state.withLock { state -> (CheckedContinuation<JSONValue?, any Error>?, Bool) in
            guard state.end == nil else { return (nil, true) }
            guard state.waiting == nil else {
                defer { state.waiting = nil }
                return (state.waiting, true)
            }
            guard state.chunks.count < maximum else { return (nil, false) }
            state.chunks.append(chunk)
            return (nil, true)
        }
        waiting?.resume(returning: chunk)
        return fits
    }

    /// Ends the stream after the chunks that wait; only the first end counts.
    func end(_ result: Result<JSONValue?, any Error>) {
        let waiting = state.withLock { state in
            if state.end == nil { state.end = result }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(with: result.map { _ in nil })
    }

    /// The next chunk, waiting for one; nil at the end.
    func next() async throws -> JSONValue? {
        try await withCheckedThrowingContinuation { continuation in
            let ready = state.withLock { state -> Result<JSONValue?, any Error>? in
                if !state.chunks.isEmpty { return .success(state.chunks.removeFirst()) }
                if let end = state.end { return end.map { _ in nil } }
                state.waiting = continuation
                return nil
            }
            if let ready { continuation.resume(with: ready) }
        }
    }
}
