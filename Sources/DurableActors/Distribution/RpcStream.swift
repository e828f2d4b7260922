/// Elements that come over time, as a parameter or result of distributed methods: written on one side, read on the other.
///
/// The writer is held back while the reader has not taken what was written: at most as many elements as the stream's
/// limit are between the two. What an object writes leaves by its output gate. An end reaches the other side: the
/// writer's `finish`, the reader's `cancel`, and each side's being gone, as "Network connection lost.". A stream has one
/// reader: who passes it as a parameter no longer is.
///
/// Between nodes elements must be `Codable` or `Void`; limit and ends are the same, and a link that is lost ends both sides.
///
/// ```swift
/// distributed func count(to last: Int) -> RpcStream<Int> {
///     let (stream, writer) = RpcStream<Int>.make()
///     ctx.waitUntil {
///         for number in 1...last { try await writer.write(number) }
///         writer.finish()
///     }
///     return stream
/// }
/// for try await number in try await stub.count(to: 3) { print(number) }
/// ```
public struct RpcStream<Element: Sendable>: AsyncSequence, Sendable {
    /// How many elements are kept between writer and reader where nothing else is said.
    public static var defaultLimit: Int { 16 }

    let side: StreamSide<Element>

    init(side: StreamSide<Element>) { self.side = side }

    /// The reader's side.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let side: StreamSide<Element>

        /// The next element; nil at the end, and in a task that is cancelled while it waits.
        ///
        /// In an object others of its events may run while this waits.
        public mutating func next() async throws -> Element? {
            let reader = CurrentObject.incarnation
            let outcome: Result<Element?, any Error>
            do {
                outcome = .success(try await side.held().read())
            } catch {
                outcome = .failure(error)
            }
            await reader?.cell.passInputGate()
            return try outcome.get()
        }
    }

    /// Begins to read, or goes on.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(side: side) }

    /// Ends the stream from the reader's side: what was not read is dropped, and writers get the error.
    ///
    /// Throws when the stream was handed on.
    public func cancel(_ error: (any Error)? = nil) throws {
        try side.held().cancel(error ?? RpcHandleError.disconnected)
    }

    /// The writer's side.
    public struct Writer: Sendable {
        fileprivate let pipe: StreamPipe<Element>
        /// Tells the reader when no writer is left.
        fileprivate let side: StreamSide<Element>

        /// Adds an element, and waits for room before that; writes that are not awaited may come in any order.
        ///
        /// From within an object it leaves once all that was written to storage before is durable. Throws the reader's
        /// error when it has cancelled.
        public func write(_ element: Element) async throws {
            let writer = CurrentObject.incarnation
            try await writer?.passOutputGate()
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await pipe.write(element))
            } catch {
                outcome = .failure(error)
            }
            await writer?.cell.passInputGate()
            return try outcome.get()
        }

        /// Ends the stream behind what was written; an error ends it at once and drops what was not read.
        public func finish(throwing error: (any Error)? = nil) { pipe.finish(throwing: error) }
    }

    /// A stream and what writes into it; at most `limit` elements are kept between the two, and at least one.
    public static func make(limit: Int = defaultLimit) -> (stream: RpcStream, writer: Writer) {
        let pipe = StreamPipe<Element>(limit: limit)
        let stream = RpcStream(side: StreamSide(pipe, writes: false))
        return (stream, Writer(pipe: pipe, side: StreamSide(pipe, writes: true)))
    }
}

extension RpcStream: RpcCarrier {
    /// The stream for whoever receives the call, who alone reads it from then on; throws when it was passed on before.
    public func received(in receipt: RpcReceipt) throws -> RpcStream {
        receipt.onlyNotes ? self : RpcStream(side: try side.moved())
    }
}
