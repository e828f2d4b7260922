internal import Locks
internal import struct Synchronization.Atomic

/// A stream's buffer with the tasks that wait at either end of it.
///
/// Isolation: any thread; tasks are resumed outside of the lock.
final class StreamPipe<Element: Sendable>: Sendable {
    typealias Writer = CheckedContinuation<Void, any Error>
    typealias Reader = CheckedContinuation<Element?, any Error>

    private let buffer: Mutex<StreamBuffer<Element, Writer, Reader>>
    /// The other node that writes, if one does: it keeps to the limit.
    private let source: (any RemoteElements)?

    init(limit: Int, from source: (any RemoteElements)? = nil) {
        buffer = Mutex(StreamBuffer(limit: limit))
        self.source = source
    }

    /// Adds an element, waiting for room; the task's cancellation takes it back while it waits.
    func write(_ element: Element) async throws {
        let number = buffer.withLock { $0.number() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (writer: Writer) in
                let cancelled = Task.isCancelled
                let written = buffer.withLock { buffer in
                    cancelled ? .refused(CancellationError()) : buffer.write(element, number, writer)
                }
                switch written {
                case .taken(let reader, _):
                    reader.resume(returning: element)
                    writer.resume()
                case .kept: writer.resume()
                case .refused(let error): writer.resume(throwing: error)
                case .waits:
                    // The cancellation may have come before there was something to take out.
                    if Task.isCancelled { giveUp(writer: number) }
                }
            }
        } onCancel: {
            giveUp(writer: number)
        }
    }

    /// Adds an element that the other node has written.
    func add(_ element: Element) {
        guard case .taken(let reader, let frees) = buffer.withLock({ $0.write(element, 0, nil) }) else { return }
        reader.resume(returning: element)
        if frees { source?.read() }
    }

    /// The next element; nil at the end, also for a task that is cancelled.
    func read() async throws -> Element? { try await next(frees: true) }

    /// The next element for a reader on another node: its writer has no room before `free`.
    func take() async throws -> Element? { try await next(frees: false) }

    /// The reader on the other node has read an element.
    func free() {
        if let (writer, element, reader) = buffer.withLock({ $0.free() }) {
            writer.resume()
            reader?.resume(returning: element)
        }
        source?.read()
    }

    private func next(frees: Bool) async throws -> Element? {
        let number = buffer.withLock { $0.number() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (reader: Reader) in
                switch buffer.withLock({ $0.read(number, frees: frees, reader) }) {
                case .element(let element, let writer):
                    writer?.resume()
                    reader.resume(returning: element)
                    if frees { source?.read() }
                case .ended(let error?): reader.resume(throwing: error)
                case .ended(nil): reader.resume(returning: nil)
                case .waits: if Task.isCancelled { giveUp(reader: number) }
                }
            }
        } onCancel: {
            giveUp(reader: number)
        }
    }

    /// The writer's end, orderly or by an error.
    func finish(throwing error: (any Error)?) {
        let waited = buffer.withLock { $0.finish(error.map { .failed($0) } ?? .finished) }
        for writer in waited.writers {
            if let error { writer.resume(throwing: error) } else { writer.resume() }
        }
        for (reader, element) in waited.readers {
            if let error { reader.resume(throwing: error) } else { reader.resume(returning: element) }
        }
    }

    /// The reader's end: writers get the error.
    func cancel(_ error: any Error) {
        let waited = buffer.withLock { $0.finish(.cancelled(error)) }
        for writer in waited.writers { writer.resume(throwing: error) }
        for (reader, _) in waited.readers { reader.resume(returning: nil) }
        source?.cancel(error)
    }

    private func giveUp(writer number: UInt64) {
        buffer.withLock { $0.giveUp(writer: number) }?.resume(throwing: CancellationError())
    }

    private func giveUp(reader number: UInt64) {
        buffer.withLock { $0.giveUp(reader: number) }?.resume(returning: nil)
    }
}

/// One side's hold on a stream: when nothing refers to it any more, the other side is told that it is gone.
final class StreamSide<Element: Sendable>: Sendable {
    let pipe: StreamPipe<Element>
    private let writes: Bool
    /// Whether the side was handed to another owner.
    private let isMoved = Atomic<Bool>(false)

    init(_ pipe: StreamPipe<Element>, writes: Bool) {
        self.pipe = pipe
        self.writes = writes
    }

    deinit {
        if isMoved.load(ordering: .acquiring) { return }
        if writes {
            pipe.finish(throwing: RpcHandleError.disconnected)
        } else {
            pipe.cancel(RpcHandleError.disconnected)
        }
    }

    /// The stream, for whoever still has this side of it.
    func held() throws(DurableObjectError) -> StreamPipe<Element> {
        if isMoved.load(ordering: .acquiring) { throw Self.movedAway }
        return pipe
    }

    /// The same side for a new owner; this one is of no more use.
    func moved() throws(DurableObjectError) -> StreamSide {
        if isMoved.exchange(true, ordering: .acquiringAndReleasing) { throw Self.movedAway }
        return StreamSide(pipe, writes: writes)
    }

    private static var movedAway: DurableObjectError {
        .typeError("This ReadableStream is currently locked to a reader.")
    }
}
