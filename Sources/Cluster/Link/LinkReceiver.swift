/// Who gets what comes on a stream.
///
/// Calls come one at a time, in order, under no lock, on the thread that reads the link: they must not block.
package protocol LinkReceiver: AnyObject, Sendable {
    /// A message has come; `stream.consumed` is to be called once there is room for another one.
    func received(_ message: [UInt8], on stream: LinkStream)

    /// The other side has finished: no more messages come.
    func ended(_ stream: LinkStream)

    /// The stream is over in both directions; the last call.
    func failed(_ error: LinkError, on stream: LinkStream)
}

/// Takes a stream that another node has opened; called under no lock, in the order in which the streams were opened.
package typealias LinkAcceptor =
    @Sendable (
        _ peer: String, _ kind: UInt8, _ message: [UInt8], _ stream: LinkStream
    ) -> any LinkReceiver
