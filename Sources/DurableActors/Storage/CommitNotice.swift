/// Tells the owners of one lane's batches that those are durable.
final class CommitNotice: Schedulable {
    private let batches: [SealedBatch]
    private let lane: Int

    init(_ batches: [SealedBatch], of lane: Int) {
        self.batches = batches
        self.lane = lane
    }

    package func runReady() {
        for place in batches.indices where batches[place].lane == lane {
            batches[place].owner.batchCommitted(batches[place])
        }
    }
}
