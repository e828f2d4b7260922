/// Keeps something callable for another node, as long as that holds the stream.
final class CalleeLease: LinkReceiver {
    private let lease: HandleLease

    init(_ lease: HandleLease) { self.lease = lease }

    func received(_ message: [UInt8], on stream: LinkStream) { stream.consumed(message.count) }

    func ended(_ stream: LinkStream) {
        lease.end()
        stream.finish()
    }

    func failed(_ error: LinkError, on stream: LinkStream) { lease.end() }
}
