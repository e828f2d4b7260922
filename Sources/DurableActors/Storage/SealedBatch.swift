/// Where an object's rows are: its shard and its number, under which they form one contiguous range.
package struct ObjectLocator: Sendable, Hashable {
    package let shard: ShardIndex
    package let number: UInt64

    package init(shard: ShardIndex, number: UInt64) {
        self.shard = shard
        self.number = number
    }
}

/// The number that stands for a class in keys; given out once per environment for each unique key.
package struct ClassNumber: Sendable, Hashable {
    package let value: UInt32
    package init(_ value: UInt32) { self.value = value }
}

/// What the directory knows of an object.
package struct ObjectRecord: Sendable, Hashable {
    package let number: UInt64
    package let name: String?
    package let createdAt: Int64

    package init(number: UInt64, name: String?, createdAt: Int64) {
        self.number = number
        self.name = name
        self.createdAt = createdAt
    }
}

/// What a batch does to one object's rows: all that a store or a log has to know of it.
package struct BatchContent: Sendable {
    package let classNumber: ClassNumber
    package let id: DurableObjectId
    package let locator: ObjectLocator
    /// Set when this batch makes the object known to the directory.
    package var creation: ObjectRecord?
    package var writes: WriteSet
    /// Whether it removes all that is known of the object, instead of writing.
    package let removesObject: Bool

    package init(
        classNumber: ClassNumber,
        id: DurableObjectId,
        locator: ObjectLocator,
        creation: ObjectRecord?,
        writes: WriteSet,
        removesObject: Bool = false
    ) {
        self.classNumber = classNumber
        self.id = id
        self.locator = locator
        self.creation = creation
        self.writes = writes
        self.removesObject = removesObject
    }

    /// When the earliest alarm is due that this batch sets.
    package var earliestAlarm: Int64? {
        var earliest: Int64?
        for entry in writes.entries where entry.key.kind == .alarm {
            // Silence is right: a value that this process encoded itself decodes.
            guard let value = entry.value, let due = try? AlarmTime.decode(value) else { continue }
            earliest = min(earliest ?? due, due)
        }
        return earliest
    }

    /// What it says of a row.
    package func find(_ key: RowKey) -> WriteSet.Finding { removesObject ? .deleted : writes.find(key) }

    /// Whether rows of other numbers go with it: those of facets.
    var removesOthers: Bool {
        removesObject || writes.entries.contains { $0.key.kind == .facet && $0.value == nil }
    }
}

/// The writes of one turn, sealed: committed together or not at all, after the object's earlier batches.
///
/// This is what a committer takes, whatever is behind it: LMDB's own commit or a log of such batches.
package final class SealedBatch: Sendable {
    package let content: BatchContent
    /// How many bytes it writes, about.
    package let byteCount: Int
    /// Counts the object's batches from 1 within one life of its cell.
    package let sequence: UInt64
    /// Told on the committing thread when the batch is durable or has failed.
    package let owner: any BatchOwner

    package init(_ content: BatchContent, sequence: UInt64, owner: any BatchOwner) {
        self.content = content
        byteCount = content.writes.byteCount
        self.sequence = sequence
        self.owner = owner
    }
}

/// Whose batch it is.
package protocol BatchOwner: AnyObject, Sendable {
    /// Whether the batch may still be committed: false after an earlier one of the same life has failed.
    func accepts(_ batch: SealedBatch) -> Bool
    /// Seals what the owner has written and left open; callable from any thread.
    func sealOpenWrites()
    /// The store contains the batch, so reads that begin now find it there; told before or after `batchCommitted`.
    ///
    /// Told for one batch after the other in their order; where several are applied at once, maybe for the last alone.
    func batchApplied(_ batch: SealedBatch)
    /// What `batchApplied` has told of since it was logged need not be kept any longer.
    func releaseApplied()
    /// The batch is on disk.
    func batchCommitted(_ batch: SealedBatch)
    /// The batch is not on disk and never will be, nor are the owner's later ones that were sealed by now.
    ///
    /// Told once for all of them, before any further batch is taken.
    func batchFailed(_ batch: SealedBatch, _ error: any Error)
}
