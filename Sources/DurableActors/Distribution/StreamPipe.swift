internal import Locks
internal import struct Synchronization.Atomic

/// A stream's buffer with the tasks that wait at either end of it.
///
/// Isolation: any thread; tasks are resumed outside of the lock.
final class StreamPipe<Element: Sendable>: Sendable {
    typealias Writer = CheckedContinuation<Void, any Error>
    typealias Reader = CheckedContinuation<Element?, any Error>

    private let buffer: Mutex<StreamBuffer<Element, Writer, Reader>>

    init(limit: Int) { buffer = Mutex(StreamBuffer(limit: limit)) }

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
                case .taken(let reader):
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

    /// The next element; nil at the end, also for a task that is cancelled.
    func read() async throws -> Element? {
        let number = buffer.withLock { $0.number() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (reader: Reader) in
                switch buffer.withLock({ $0.read(number, reader) }) {
                case .element(let element, let writer):
                    writer?.resume()
                    reader.resume(returning: element)
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
        for reader in waited.readers {
            if let error { reader.resume(throwing: error) } else { reader.resume(returning: nil) }
        }
    }

    /// The reader's end: writers get the error.
    func cancel(_ error: any Error) {
        let waited = buffer.withLock { $0.finish(.cancelled(error)) }
        for writer in waited.writers { writer.resume(throwing: error) }
        for reader in waited.readers { reader.resume(returning: nil) }
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
    private let pipe: StreamPipe<Element>
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
