/// Takes what comes in at an end of a program that only sends.
final class DroppingReceiver: WebSocketReceiver {
    func received(_ message: OutgoingMessage) {}
    func closed(code: Int, reason: String) {}
    func lost(_ error: (any Error)?) {}
}
