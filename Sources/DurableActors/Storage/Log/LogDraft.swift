/// The record of a group that is still gathering: each batch is encoded as it is handed over, while its rows are at hand.
///
/// So the committing thread finds bytes that lie one behind the other, and not rows all over the memory of other cores.
package struct LogDraft: Sendable {
    /// The most bytes of a batch that is encoded so early, since a lock is held meanwhile.
    private static let maximumBatchBytes = 4096

    private var bytes: [UInt8] = []
    /// How many batches are in it; nil once one is missing.
    private var batches: Int? = 0

    package init() {}

    /// Adds the next batch of the group.
    mutating func add(_ batch: SealedBatch) {
        guard let batches, batch.byteCount <= Self.maximumBatchBytes else { return spoil() }
        if batches == 0 { LogRecord.begin(&bytes) }
        LogRecord.append(batch.content, to: &bytes)
        self.batches = batches + 1
    }

    /// Makes it of no use: it is not of the batches that go out together.
    mutating func spoil() { batches = nil }

    /// Makes it the draft of a group without batches, which keeps the memory.
    mutating func clear() { batches = 0 }

    /// Puts the group's record into `record`, all but the checksum, and keeps the memory that was there.
    mutating func complete(_ group: [SealedBatch], sequence: UInt64, into record: inout [UInt8]) {
        if batches == group.count {
            swap(&bytes, &record)
            LogRecord.complete(&record, batches: group.count, sequence: sequence)
        } else {
            LogRecord.encode(group.lazy.map(\.content), sequence: sequence, into: &record)
        }
        spoil()
    }
}
