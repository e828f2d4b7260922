/// Pieces of bytes that come over time, read once by one reader.
public struct ByteStream: AsyncSequence, Sendable {
    /// One piece.
    public typealias Element = [UInt8]

    private let stream: AsyncThrowingStream<[UInt8], any Error>

    /// The reader's side.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: AsyncThrowingStream<[UInt8], any Error>.AsyncIterator

        /// The next piece; nil at the end.
        public mutating func next() async throws -> [UInt8]? {
            try await base.next(isolation: #isolation)
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: stream.makeAsyncIterator()) }

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

    /// A stream whose reader asks for each piece when it wants it.
    package static func pulling(_ next: @escaping @Sendable () async throws -> [UInt8]?) -> ByteStream {
        ByteStream(stream: AsyncThrowingStream(unfolding: next))
    }

    /// A stream and what writes into it.
    public static func make() -> (stream: ByteStream, writer: Writer) {
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        return (ByteStream(stream: stream), Writer(continuation: continuation))
    }
}
