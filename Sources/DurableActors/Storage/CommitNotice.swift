/// Tells the owners of one lane's batches that those are durable.
final class CommitNotice: Schedulable {
    private let batches: [SealedBatch]
    private let lane: Int

    init(_ batches: [SealedBatch], of lane: Int) {
        self.batches = batches
        self.lane = lane
    }

    package func runReady() { batches.tellOwners { $0 == lane } }
}

extension [SealedBatch] {
    /// Tells the owners of the batches of some lanes that those are durable.
    ///
    /// By places, so that no batch is copied: what counts references to its owner takes that from the owner's core.
    @inline(__always)
    func tellOwners(where isMeant: (_ lane: Int?) -> Bool) {
        for place in indices where isMeant(self[place].lane) { self[place].owner.batchCommitted(self[place]) }
    }
}
