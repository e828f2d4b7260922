internal import DurableActors
internal import Locks

/// Sends the bundle of a shard that is at rest to the node that shall have it.
///
/// Ends once: when the other node has all of it or refuses it, when the link is lost, and when the shard is served here again.
final class BundleSender: LinkReceiver {
    private struct State {
        var stream: LinkStream?
        var isOver = false
    }

    let shard: ShardIndex
    let transfer: ShardTransfer
    private let forwarder: ClusterForwarder
    private let state = Mutex(State())

    init(_ shard: ShardIndex, _ transfer: ShardTransfer, _ forwarder: ClusterForwarder) {
        self.shard = shard
        self.transfer = transfer
        self.forwarder = forwarder
    }

    func begin(to peer: String, handover: [UInt8]) {
        let (host, partBytes) = (forwarder.host, forwarder.settings.bundlePart)
        Task(executorPreference: host.world.scheduler.taskExecutor) { [self] in
            do {
                var export = try await host.runBlocking { [shard] in
                    try host.objects.export(shard, handover: handover, partBytes: partBytes)
                }
                let opening = try ValueCodec.encode(BundleOpening(shard: shard, transfer: transfer))
                let stream = try forwarder.links.link(to: peer)
                    .open(kind: StreamKind.bundle.rawValue, message: opening, receiver: self)
                guard keep(stream) else { return stream.reset(.cancelled) }
                while true {
                    let (message, rest) = try await host.runBlocking { [export] in
                        var rest = export
                        return (try rest.next(), rest)
                    }
                    guard let message else { break }
                    export = rest
                    try await stream.send(message)
                }
                stream.finish()
            } catch {
                if end() { host.log.error("The bundle of shard \(shard.value) did not get to node \(peer): \(error)") }
            }
        }
    }

    private func keep(_ stream: LinkStream) -> Bool {
        state.withLock { state in
            state.stream = stream
            return !state.isOver
        }
    }

    /// The shard is served here again: no more of it is sent, so what was sent is worth nothing.
    func stop() {
        let stream = state.withLock { $0.stream }
        if end() { stream?.reset(.cancelled) }
    }

    @discardableResult
    private func end() -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isOver = true }
            return !state.isOver
        }
        if isFirst { forwarder.bundleSent(self) }
        return isFirst
    }

    func received(_ message: [UInt8], on stream: LinkStream) { stream.consumed(message.count) }

    func ended(_ stream: LinkStream) { end() }

    func failed(_ error: LinkError, on stream: LinkStream) {
        guard end(), case .refused(_, let text) = error else { return }
        forwarder.host.log.error("Node \(stream.peer) has refused the bundle of shard \(shard.value): \(text)")
    }
}

/// The opening of a bundle's stream.
struct BundleOpening: Codable, Sendable {
    let shard: ShardIndex
    let transfer: ShardTransfer
}
