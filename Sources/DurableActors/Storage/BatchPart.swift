/// Batches that one lane has handed over, in order, and their part of a record of the log.
///
/// Each is encoded as it is handed over, while its rows are at hand: the committing thread so finds bytes that lie one behind
/// the other, and not rows all over the memory of another core.
package struct BatchPart: Sendable {
    /// The most bytes of a batch that is encoded so early, since a lock is held meanwhile.
    private static let maximumDraftBytes = 4096

    /// Who is told of them there; nil for threads that serve no lane.
    let lane: Int?
    /// Whether they go to a log.
    private let isLogged: Bool
    private(set) var batches: [SealedBatch] = []
    private(set) var byteCount = 0
    /// The batches as records have them, unless one is missing.
    private var draft: [UInt8] = []
    private var isDrafted: Bool
    /// The most bytes that are set aside beforehand.
    private static let maximumExpectedBytes = 1 << 18
    /// How much there was of both before, which is about what will be there again.
    private var expected = (batches: 0, bytes: 0)

    init(lane: Int?, isLogged: Bool) {
        self.lane = lane
        self.isLogged = isLogged
        isDrafted = isLogged
    }

    mutating func append(_ batch: SealedBatch) {
        if batches.isEmpty {
            batches.reserveCapacity(expected.batches)
            draft.reserveCapacity(expected.bytes)
        }
        byteCount += batch.byteCount
        if batch.byteCount > Self.maximumDraftBytes { isDrafted = false }
        if isDrafted { LogRecord.append(batch.content, to: &draft) }
        batches.append(batch)
    }

    /// Takes all of it out.
    mutating func take() -> BatchPart {
        var taken = BatchPart(lane: lane, isLogged: isLogged)
        taken.expected = (batches.count, min(draft.count, Self.maximumExpectedBytes))
        swap(&self, &taken)
        return taken
    }

    /// Takes the first batches out.
    mutating func take(first count: Int) -> BatchPart {
        var (taken, left) = (BatchPart(lane: lane, isLogged: isLogged), BatchPart(lane: lane, isLogged: isLogged))
        for batch in batches.prefix(count) { taken.append(batch) }
        for batch in batches.dropFirst(count) { left.append(batch) }
        self = left
        return taken
    }

    /// Those of the batches that their owners accept.
    func accepted() -> BatchPart {
        var part = BatchPart(lane: lane, isLogged: isLogged)
        for batch in batches where batch.owner.accepts(batch) { part.append(batch) }
        return part
    }

    /// Puts the batches behind those that a record has.
    func append(to record: inout [UInt8]) {
        if isDrafted { return record.append(contentsOf: draft) }
        for batch in batches { LogRecord.append(batch.content, to: &record) }
    }

    /// Tells the owners that the batches are durable.
    func tell() {
        // By places, so that no batch is copied: what counts references to its owner takes that from the owner's core.
        for place in batches.indices { batches[place].owner.batchCommitted(batches[place]) }
    }
}

extension [BatchPart] {
    /// What all of the batches do, in order.
    var contents: [BatchContent] { flatMap { $0.batches.map(\.content) } }
}
