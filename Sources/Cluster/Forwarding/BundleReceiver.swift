internal import DurableActors
internal import Locks

/// Takes a bundle that another node sends, and writes what does not fit into memory to the store.
///
/// Concurrency: the link calls in on its thread; one piece of blocking work at a time takes what has come. Credit goes back
/// only then, so that no more waits than the stream's window and `ClusterSettings.bundleBytes`.
final class BundleReceiver: LinkReceiver {
    private struct State {
        var messages: [[UInt8]] = []
        var isWorking = false
        /// Whether no more comes.
        var hasEnded = false
        var isOver = false
        var handover = ShardHandover(objects: [])
    }

    let shard: ShardIndex
    let transfer: ShardTransfer
    let peer: String
    private let forwarder: ClusterForwarder
    private let state = Mutex(State())
    private let arrival: Mutex<ShardArrival>

    init(_ opening: BundleOpening, from peer: String, _ forwarder: ClusterForwarder) {
        (shard, transfer) = (opening.shard, opening.transfer)
        self.peer = peer
        self.forwarder = forwarder
        let receipt = forwarder.host.world.random.next()
        arrival = Mutex(ShardArrival(of: shard, tag: transfer.tag, receipt: receipt))
    }

    /// What came with the rows of a whole bundle.
    var handover: ShardHandover { state.withLock { $0.handover } }

    /// Makes room in the store before `keep`.
    func prepare(in objects: ObjectStore) throws { try arrival.withLock { try $0.prepare(in: objects) } }

    /// Keeps the bundle, which is whole.
    func keep(in transaction: any OrderedTransaction) throws { try arrival.withLock { try $0.keep(in: transaction) } }

    /// It is not wanted any more.
    func cancel() { if end() { clear() } }

    /// It has come whole, and will not be kept.
    func discard() { clear() }

    /// Clears what the store has of it, unless that was kept or belongs to a later one.
    private func clear() {
        forwarder.host.world.scheduler.runBlocking { [self] in
            do {
                try arrival.withLock { try $0.drop(from: forwarder.host.objects) }
            } catch {
                forwarder.host.log.error("What came of a bundle of shard \(shard.value) stays until the next: \(error)")
            }
        }
    }

    private func end() -> Bool {
        state.withLock { state in
            defer { (state.isOver, state.messages) = (true, []) }
            return !state.isOver
        }
    }

    func received(_ message: [UInt8], on stream: LinkStream) { note(on: stream) { $0.messages.append(message) } }

    func ended(_ stream: LinkStream) { note(on: stream) { $0.hasEnded = true } }

    func failed(_ error: LinkError, on stream: LinkStream) {
        guard end() else { return }
        forwarder.gaveUp(self)
        clear()
    }

    private func note(on stream: LinkStream, _ change: (inout State) -> Void) {
        let starts = state.withLock { state in
            guard !state.isOver else { return false }
            change(&state)
            defer { state.isWorking = true }
            return !state.isWorking
        }
        if starts { forwarder.host.world.scheduler.runBlocking { [self] in work(on: stream) } }
    }

    private func work(on stream: LinkStream) {
        do {
            while let messages = next() {
                try arrival.withLock { arrival in
                    // What came of it may be cleared already.
                    guard !state.withLock({ $0.isOver }) else { return }
                    for message in messages { try arrival.take(message) }
                    let isMuch = arrival.waitingBytes >= forwarder.settings.bundleBytes
                    if isMuch, !arrival.isWhole { try arrival.spill(to: forwarder.host.objects) }
                }
                stream.consumed(messages.reduce(0) { $0 + $1.count }, messages: messages.count)
            }
            guard arrival.withLock({ $0.isWhole }) else {
                guard state.withLock({ $0.hasEnded }) else { return }
                throw StorageError(.format, "The bundle of shard \(shard.value) has no end.")
            }
            let handover = try ShardHandover(received: arrival.withLock { $0.handover }, with: shard)
            state.withLock { $0.handover = handover }
            guard end() else { return }
            forwarder.arrived(self)
            stream.finish()
        } catch {
            guard end() else { return }
            forwarder.host.log.error("The bundle of shard \(shard.value) from node \(peer) is refused: \(error)")
            forwarder.gaveUp(self)
            clear()
            stream.reset(.refused(code: 0, text: "\(error)"))
        }
    }

    private func next() -> [[UInt8]]? {
        state.withLock { state in
            guard !state.messages.isEmpty else {
                state.isWorking = false
                return nil
            }
            defer { state.messages = [] }
            return state.messages
        }
    }
}
