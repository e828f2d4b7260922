internal import DurableActors

/// A body that another node sends, read once; when nobody refers to it any more, the other node hears of it.
final class BodyReader: Sendable {
    private let inbox: LinkInbox

    init(_ inbox: LinkInbox) { self.inbox = inbox }

    deinit { inbox.cancel() }

    /// The body as a stream.
    var body: ByteStream { ByteStream(pulling: { try await self.next() }) }

    private func next() async throws -> [UInt8]? {
        do {
            if let piece = try await inbox.next() { return piece }
            inbox.withStream { $0.finish() }
            return nil
        } catch LinkError.refused(_, let text) {
            throw RemoteError(kind: "Error", message: text)
        } catch is LinkError {
            throw ForwardingFailure.lost
        }
    }
}
