/// Pieces of bytes that come over time, read once by one reader.
public struct ByteStream: AsyncSequence, Sendable {
    /// One piece.
    public typealias Element = [UInt8]

    private enum Source {
        /// What a writer has written.
        case written(AsyncThrowingStream<[UInt8], any Error>)
        /// What is asked for piece by piece.
        case pulled(@Sendable () async throws -> [UInt8]?)
    }

    private let source: Source

    /// A stream whose pieces are asked for one at a time, by one reader; nil ends it.
    ///
    /// So no more is in memory than the reader has yet to take. The closure runs in the reader's task.
    public init(pulling pull: @escaping @Sendable () async throws -> [UInt8]?) { source = .pulled(pull) }

    private init(written stream: AsyncThrowingStream<[UInt8], any Error>) { source = .written(stream) }

    /// The reader's side.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate enum Base {
            case written(AsyncThrowingStream<[UInt8], any Error>.AsyncIterator)
            case pulled(@Sendable () async throws -> [UInt8]?)
        }

        fileprivate var base: Base

        /// The next piece; nil at the end.
        ///
        /// In an object it waits for the end of a critical section that runs and that the reader is not in.
        public mutating func next() async throws -> [UInt8]? {
            let piece: [UInt8]?
            switch base {
            case .written(var iterator):
                piece = try await iterator.next(isolation: #isolation)
                base = .written(iterator)
            case .pulled(let pull): piece = try await pull()
            }
            try await CurrentObject.incarnation?.comeBack()
            return piece
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator {
        switch source {
        case .written(let stream): AsyncIterator(base: .written(stream.makeAsyncIterator()))
        case .pulled(let pull): AsyncIterator(base: .pulled(pull))
        }
    }

    /// The writer's side.
    public struct Writer: Sendable {
        fileprivate let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

        /// Adds a piece; from within an object it leaves once all that was written before is durable.
        public func write(_ piece: [UInt8]) async throws {
            try await CurrentObject.incarnation?.passOutputGate()
            continuation.yield(piece)
        }

        /// Adds a text's UTF-8 bytes.
        public func write(_ text: String) async throws { try await write(Array(text.utf8)) }

        /// Adds a piece at once, as from outside of objects.
        package func yield(_ piece: [UInt8]) { continuation.yield(piece) }

        /// Ends the stream, with an error where one is given.
        public func finish(throwing error: (any Error)? = nil) { continuation.finish(throwing: error) }
    }

    /// A stream and what writes into it.
    public static func make() -> (stream: ByteStream, writer: Writer) {
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        return (ByteStream(written: stream), Writer(continuation: continuation))
    }
}
