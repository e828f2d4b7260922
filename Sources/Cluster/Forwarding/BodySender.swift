internal import DurableActors
internal import Locks

/// Sends a body to another node, piece by piece, as that takes it.
final class BodySender: LinkReceiver {
    /// How large the pieces on the way are at most.
    private static let pieceBytes = 256 << 10

    private let body: ByteStream
    private let sending = Mutex<Task<Void, Never>?>(nil)

    init(_ body: ByteStream) { self.body = body }

    /// Begins to send, outside of every object.
    func begin(_ stream: LinkStream, _ executor: any TaskExecutor) {
        let task = CurrentObject.$incarnation.withValue(nil) {
            Task(executorPreference: executor) { [body] in
                do {
                    for try await piece in body {
                        var rest = piece[...]
                        while !rest.isEmpty {
                            try await stream.send(Array(rest.prefix(Self.pieceBytes)))
                            rest = rest.dropFirst(Self.pieceBytes)
                        }
                    }
                    stream.finish()
                } catch is LinkError {
                    // The reader, or the link to it, is gone.
                } catch {
                    stream.reset(.refused(code: 0, text: "\(error)"))
                }
            }
        }
        sending.withLock { $0 = task }
    }

    func received(_ message: [UInt8], on stream: LinkStream) { stream.consumed(message.count) }

    func ended(_ stream: LinkStream) {}

    func failed(_ error: LinkError, on stream: LinkStream) { sending.withLock { $0 }?.cancel() }
}
