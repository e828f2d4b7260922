/// What happens to a socket whose peer reads more slowly than the object sends; Durable Objects have no such choice.
///
/// The bounds count what waits in the host for the network: see `WebSocket.bufferedAmount`.
public enum SlowConsumerPolicy: Sendable, Equatable, Codable {
    /// The connection is ended, without a close frame, once more than so many bytes wait that the network did not take.
    ///
    /// This is what happens unless something else is set, at the bound of the server's configuration.
    case close(overBytes: Int)
    /// Messages are dropped while more than so many bytes wait; those before and after keep their order.
    ///
    /// The bound of the server's configuration still ends the connection.
    case drop(overBytes: Int)
    /// Nothing more is read from the peer while more than so many bytes wait, so that one which does not read its answers
    /// cannot ask for more.
    ///
    /// What the object sends is kept; the bound of the server's configuration still ends the connection.
    case wait(overBytes: Int)
}
