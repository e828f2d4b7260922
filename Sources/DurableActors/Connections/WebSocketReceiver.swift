/// What gets what comes in at one end of a socket: an object, a network connection, or a program in this process.
///
/// Calls come one at a time and in order, from any thread; they must not block.
package protocol WebSocketReceiver: AnyObject, Sendable {
    func received(_ message: OutgoingMessage)
    /// The other side has sent a close frame.
    func closed(code: Int, reason: String)
    /// The other side is gone without one.
    func lost(_ error: (any Error)?)
}
