internal import DurableActors
internal import Foundation
internal import FoundationNetworking
internal import Locks

/// One request on its way and its answer as it comes.
///
/// Foundation's threads put in what comes, the task that asked takes it out; both under one lock, and whoever waits is
/// resumed outside of it.
final class OutboundExchange: Sendable {
    private struct State {
        var head: CheckedContinuation<Response, any Error>?
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var pieces: [[UInt8]] = []
        var unread = 0
        /// How it ended; nil while it goes on.
        var end: Result<Void, any Error>?
    }

    let task: URLSessionDataTask
    private let method: String
    private let maximumUnreadBytes: Int
    private let state = Mutex(State())

    init(task: URLSessionDataTask, method: String, maximumUnreadBytes: Int) {
        self.task = task
        self.method = method
        self.maximumUnreadBytes = maximumUnreadBytes
    }

    /// Sends the request and waits for the answer's head.
    func begin() async throws -> Response {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { head in
                let end = state.withLock { state in
                    if state.end == nil { state.head = head }
                    return state.end
                }
                switch end {
                case nil: task.resume()
                case .failure(let error)?: head.resume(throwing: error)
                case .success?: head.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Ends the exchange, whatever it has come to.
    func cancel() {
        task.cancel()
        end(CancellationError())
    }

    func began(_ answer: URLResponse) {
        let head = state.withLock { $0.head.take() }
        guard let answer = answer as? HTTPURLResponse else {
            head?.resume(throwing: DurableObjectError.connectionLost("The answer is not HTTP."))
            return cancel()
        }
        var headers = Headers()
        for case (let name as String, let value as String) in answer.allHeaderFields { headers.append(name, value) }
        if headers.has("content-encoding") {
            headers.delete("content-encoding")
            headers.delete("content-length")
        }
        headers.delete("transfer-encoding")
        headers.delete("connection")
        let hasBody = method != "HEAD" && ![204, 304].contains(answer.statusCode)
        let reading = OutboundReading(of: self)
        let body = ByteStream { try await reading.next() }
        head?.resume(
            returning: Response(status: answer.statusCode, headers: headers, body: hasBody ? .stream(body) : nil)
        )
    }

    func received(_ piece: [UInt8]) {
        let (reader, isTooMuch) = state.withLock { state -> (CheckedContinuation<[UInt8]?, any Error>?, Bool) in
            if let reader = state.reader.take() { return (reader, false) }
            state.pieces.append(piece)
            state.unread += piece.count
            return (nil, state.unread > maximumUnreadBytes)
        }
        reader?.resume(returning: piece)
        guard isTooMuch else { return }
        let why = "More than \(maximumUnreadBytes) bytes of the answer have come and were not read."
        end(DurableObjectError.connectionLost(why))
        task.cancel()
    }

    /// It has ended, by an error where one is given.
    func end(_ error: (any Error)?) {
        let (head, reader) = state.withLock { state in
            if state.end == nil { state.end = error.map { .failure($0) } ?? .success(()) }
            return (state.head.take(), state.reader.take())
        }
        head?.resume(throwing: error ?? DurableObjectError.connectionLost("The connection ended without an answer."))
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
    }

    /// The next piece of the body; nil at its end.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { reader in
                let now = state.withLock { state -> Result<[UInt8]?, any Error>? in
                    if !state.pieces.isEmpty {
                        let piece = state.pieces.removeFirst()
                        state.unread -= piece.count
                        return .success(piece)
                    }
                    if let end = state.end { return end.map { nil } }
                    precondition(state.reader == nil, "A body has one reader.")
                    state.reader = reader
                    return nil
                }
                if let now { reader.resume(with: now) }
            }
        } onCancel: {
            cancel()
        }
    }
}

/// The reader's side of an answer: an answer that nobody reads any more is not received any further.
final class OutboundReading: Sendable {
    private let exchange: OutboundExchange

    init(of exchange: OutboundExchange) { self.exchange = exchange }

    deinit { exchange.cancel() }

    func next() async throws -> [UInt8]? { try await exchange.next() }
}
