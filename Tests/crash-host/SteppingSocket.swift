internal import Distributed
internal import DurableActors
internal import Locks

/// The client's end of a socket, which waits for one answer.
final class SteppingSocket: WebSocketReceiver {
    private let asked = Mutex<CheckedContinuation<Void, any Error>?>(nil)

    /// Opens a socket, has its object hibernate, sends a message and waits for what the object says of it.
    static func ask(_ stepper: Stepper, _ step: Int) async throws {
        let upgrade = Request("http://stepper/\(step)", headers: Headers([("upgrade", "websocket")]))
        guard let socket = try await stepper.fetch(upgrade).webSocket else {
            throw DurableObjectError(.notFound, "There is no socket.")
        }
        defer { socket.terminate() }
        let receiver = SteppingSocket()
        socket.attach(receiver)
        try await stepper.leaveMemory()
        try await withCheckedThrowingContinuation { continuation in
            receiver.asked.withLock { $0 = continuation }
            do {
                try socket.send("go")
            } catch {
                receiver.answer(.failure(error))
            }
        }
    }

    private func answer(_ result: Result<Void, any Error>) {
        asked.withLock { $0.take() }?.resume(with: result)
    }

    func received(_ message: OutgoingMessage) { answer(.success(())) }
    func closed(code: Int, reason: String) { answer(.failure(DurableObjectError(.disconnected, reason))) }
    func lost(_ error: (any Error)?) { answer(.failure(DurableObjectError(.disconnected, "The socket is lost."))) }
}
