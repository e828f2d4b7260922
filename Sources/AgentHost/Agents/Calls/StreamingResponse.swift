internal import DurableActors
internal import Locks

/// The answer of a streaming method, piece by piece; may be kept and used after the method has returned.
///
/// Isolation: use it on the agent's executor. Pieces keep their order. A piece that cannot be sent, because the answer has
/// ended, its client has gone or it is no JSON, is dropped: the call returns false. A last value that is no JSON ends the
/// answer with an error.
public final class StreamingResponse: Sendable {
    private let connection: Connection
    private let call: String
    private let log: EventLog
    private let hasEnded = Mutex(false)

    init(_ connection: Connection, call: String, log: EventLog) {
        self.connection = connection
        self.call = call
        self.log = log
    }

    /// Whether the answer has ended.
    public var isClosed: Bool { hasEnded.withLock { $0 } }

    /// Sends a piece.
    @discardableResult
    public func send(_ chunk: some Encodable & Sendable) -> Bool {
        guard !isClosed else {
            log.error("A piece of an answer came after its end.")
            return false
        }
        do {
            return deliver(try Frames.result(id: call, isLast: false, try JSONValue(encoding: chunk)))
        } catch {
            log.error("A piece of an answer is no JSON: \(error)")
            return false
        }
    }

    /// Ends the answer.
    @discardableResult
    public func end() -> Bool { close { try Frames.result(id: call, nil) } }

    /// Ends the answer with a last value.
    @discardableResult
    public func end(_ final: some Encodable & Sendable) -> Bool {
        close { try Frames.result(id: call, try JSONValue(encoding: final)) }
    }

    /// Ends the answer with an error.
    @discardableResult
    public func error(_ message: String) -> Bool { close { Frames.failure(id: call, message) } }

    private func close(_ frame: () throws -> String) -> Bool {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        guard isFirst else { return false }
        do {
            return deliver(try frame())
        } catch {
            _ = deliver(Frames.failure(id: call, String(describing: error)))
            return false
        }
    }

    private func deliver(_ frame: String) -> Bool {
        do {
            try connection.send(frame)
            return true
        } catch {
            // Silence is right: the answer to a client that has gone is dropped.
            return false
        }
    }
}

/// A parameter of a distributed method, which is handed over within a process.
extension StreamingResponse: Codable {
    /// Throws: an answer is handed over, not encoded.
    public convenience init(from decoder: any Decoder) throws { throw Self.isNoData }

    /// Throws: an answer is handed over, not encoded.
    public func encode(to encoder: any Encoder) throws { throw Self.isNoData }

    private static var isNoData: DurableObjectError {
        DurableObjectError(
            .unsupported,
            "Could not serialize object of type \"StreamingResponse\".",
            name: "DataCloneError"
        )
    }
}
