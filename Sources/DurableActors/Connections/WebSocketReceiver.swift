/// What gets what comes in at one end of a socket: an object, a network connection, or a program in this process.
///
/// Calls come one at a time and in order, from any thread; they must not block.
package protocol WebSocketReceiver: AnyObject, Sendable {
    func received(_ message: OutgoingMessage)
    /// The other side has sent a close frame.
    func closed(code: Int, reason: String)
    /// The other side is gone without one.
    func lost(_ error: (any Error)?)
    /// How many bytes of what it got wait to be written to a network; from any thread, at any time.
    var bufferedBytes: Int { get }
    /// Says what to do when too many wait; from any thread, at any time.
    func setSlowConsumerPolicy(_ policy: SlowConsumerPolicy)
}

extension WebSocketReceiver {
    package var bufferedBytes: Int { 0 }
    package func setSlowConsumerPolicy(_ policy: SlowConsumerPolicy) {}
}
