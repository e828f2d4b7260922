/// The connection under a link: a pipe of bytes in both directions.
package protocol LinkTransport: AnyObject, Sendable {
    /// Begins to read and write for `owner`, and keeps it until the end; called once.
    func start(_ owner: any LinkTransportOwner)

    /// There is something to send: `takeOutput` is to be called soon, on a thread of the transport's choosing.
    func wake()

    /// Ends the connection at once; its owner hears nothing more.
    func close()
}

/// Who reads and writes by a transport.
package protocol LinkTransportOwner: AnyObject, Sendable {
    /// Bytes have come; called by one thread at a time, in their order.
    func received(_ bytes: [UInt8])

    /// What is to be sent next, about `maximum` bytes at most; called by one thread at a time.
    func takeOutput(atMost maximum: Int) -> LinkOutput

    /// The connection has ended by itself; called at most once.
    func transportEnded(_ text: String)
}

/// What a link has to send.
package enum LinkOutput: Equatable, Sendable {
    case bytes([UInt8])
    /// Nothing until `wake`.
    case nothing
    /// Nothing ever again: the transport ends when what it has is sent.
    case end
}

/// Makes connections to other nodes.
package protocol LinkDialler: Sendable {
    /// Connects to an address and says how that went; never calls back within this call, never blocks.
    func dial(_ address: String, _ done: @escaping @Sendable (Result<any LinkTransport, LinkEnd>) -> Void)
}
