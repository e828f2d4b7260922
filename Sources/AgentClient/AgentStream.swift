internal import DurableActors

/// The chunks of a streaming method, in their order; to be read once, by one reader.
///
/// Ends when the agent ends the stream, throws when it fails there, when the connection ends, or when the reader is too
/// slow. A reader has left when the stream and its iterator are let go, or when its task is cancelled.
public struct AgentStream<Chunk: Decodable & Sendable>: AsyncSequence, Sendable {
    /// A chunk.
    public typealias Element = Chunk
    /// Errors of the agent, of the connection and of decoding.
    public typealias Failure = any Error

    private let method: String
    private let reader: ChunkReader

    init(_ method: String, _ reader: ChunkReader) {
        self.method = method
        self.reader = reader
    }

    /// Reads the chunks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let method: String
        let reader: ChunkReader

        /// The next chunk, waiting for one; nil at the end.
        public func next() async throws -> Chunk? {
            guard let value = try await reader.next() else { return nil }
            return try AgentClient<JSONValue>.decode(value, Chunk.self, "A chunk of \(method)")
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(method: method, reader: reader) }

    /// What the agent ended the stream with; nil before the end, and where it gave nothing.
    public func result<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value? {
        try reader.queue.result.map { try AgentClient<JSONValue>.decode($0, type, "The result of \(method)") }
    }
}

/// The reading side of a stream: gives the call up when it goes.
final class ChunkReader: Sendable {
    let queue: ChunkQueue
    private let abandon: @Sendable () -> Void

    init(_ queue: ChunkQueue, abandon: @escaping @Sendable () -> Void) {
        self.queue = queue
        self.abandon = abandon
    }

    deinit { abandon() }

    func next() async throws -> JSONValue? {
        try await withTaskCancellationHandler {
            try await queue.next()
        } onCancel: {
            queue.end(.failure(CancellationError()))
            abandon()
        }
    }
}
